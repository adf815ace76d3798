import type { X509Certificate } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { TLSSocket } from 'node:tls'

/** The certificate that the client of a connection proved to have. */
export interface ClientCertificate {
  readonly x509: X509Certificate
  /** True if an accepted authority issued it. */
  readonly authorised: boolean
}

/** The certificate of a request's connection; undefined over plain HTTP or if the client has none. */
export function clientCertificate(req: IncomingMessage): ClientCertificate | undefined {
  const socket = req.socket as Partial<TLSSocket>
  const x509 = socket.getPeerX509Certificate?.()
  return x509 && { x509, authorised: socket.authorized === true }
}

/** The subject on one line, most significant part first: `C=GB, O=Acme, CN=billing`. OpenSSL escapes commas inside values. */
export function subjectOf({ subject }: X509Certificate): string {
  return (subject ?? '').split('\n').join(', ')
}

/** One alternative name as Node.js prints them: with quotes where its text has commas, quotes or control characters. */
const NAME = /([A-Za-z ]+):("(?:[^"\\]|\\.)*"|[^,]*)(?:, |$)/y

/** The alternative names of a certificate (RFC 5280 section 4.2.1.6), such as `DNS:client.example.org`; addresses are `IP Address:…`. */
export function altNamesOf({ subjectAltName = '' }: Pick<X509Certificate, 'subjectAltName'>): readonly string[] {
  const names: string[] = []
  NAME.lastIndex = 0
  for (let match = NAME.exec(subjectAltName); match && match[0] !== ''; match = NAME.exec(subjectAltName)) {
    const [, type = '', value = ''] = match
    names.push(`${type}:${value.startsWith('"') ? (JSON.parse(value) as string) : value}`)
  }
  return names
}
