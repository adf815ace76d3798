import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createSecureContext, type SecureContext } from 'node:tls'
import { ConfigError } from '../../../sdk/index.js'
import type { UpstreamTlsSettings } from '../../../sdk/upstream-tls.js'

const HINT = 'give certificates and the private key that belongs to them in PEM form; paths are from the working directory'

/** What an upstream's connections trust and show, read and checked. */
export interface UpstreamTlsMaterial {
  readonly context: SecureContext
  /** The gateway's own certificate. */
  readonly certificate: X509Certificate | undefined
}

/** Ends the reading of an upstream's `tls` with what is wrong. */
type Refuse = (flaw: string) => never

function textOf(text: string | undefined, file: string | undefined, refuse: Refuse): string | undefined {
  if (file === undefined) return text
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    return refuse(`cannot read ${file}: ${(error as NodeJS.ErrnoException).code}`)
  }
}

function parse<T>(make: () => T, flaw: string, refuse: Refuse): T {
  try {
    return make()
  } catch {
    return refuse(flaw)
  }
}

function readPair(cert: string, key: string, passphrase: string | undefined, now: number, refuse: Refuse): X509Certificate {
  const certificate = parse(() => new X509Certificate(cert), 'the certificate is not one in PEM form', refuse)
  const privateKey: KeyObject = parse(
    () => createPrivateKey({ key, ...(passphrase !== undefined && { passphrase }) }),
    'the key is not a private key in PEM form that can be opened',
    refuse,
  )
  if (!certificate.checkPrivateKey(privateKey)) refuse('the private key is not the one of the certificate')
  if (now > Date.parse(certificate.validTo)) refuse(`the certificate expired on ${certificate.validTo}`)
  if (now < Date.parse(certificate.validFrom)) refuse(`the certificate is valid only from ${certificate.validFrom}`)
  return certificate
}

/**
 * Reads the texts and files of an upstream's `tls` and holds them to each other and to the time.
 * @param now milliseconds since 1970
 * @throws ConfigError GW1907
 */
export function readUpstreamTls(upstream: string, tls: UpstreamTlsSettings, now: number): UpstreamTlsMaterial {
  const refuse: Refuse = (flaw) => {
    const message = `\`tls\` of the upstream "${upstream}" cannot be used: ${flaw}`
    throw new ConfigError([{ code: 'GW1907', path: [], message, hint: HINT }])
  }
  const { passphrase, minVersion } = tls
  const ca = textOf(tls.ca, tls.caFile, refuse)
  const cert = textOf(tls.cert, tls.certFile, refuse)
  const key = textOf(tls.key, tls.keyFile, refuse)
  if (ca !== undefined) parse(() => new X509Certificate(ca), 'the authorities are not certificates in PEM form', refuse)
  const certificate = cert === undefined || key === undefined ? undefined : readPair(cert, key, passphrase, now, refuse)
  const context = parse(
    () => createSecureContext({ ca, cert, key, passphrase, minVersion }),
    'certificates and key do not go together',
    refuse,
  )
  return { context, certificate }
}
