import type { X509Certificate } from 'node:crypto'
import { type MtlsAuth, Problem } from '../../sdk/index.js'
import type { MtlsSettings } from '../../sdk/policies/mtls.js'
import { altNamesOf, clientCertificate, subjectOf } from '../auth/client-certificate.js'
import { frozenCopy } from '../auth/frozen-copy.js'
import type { Authenticator, CompileAuth } from './compiler.js'

const CHALLENGE = 'ClientCertificate'

type Consumer = MtlsSettings['consumers'][number]

/** What is known of one connection's certificate; it cannot change while the connection lasts. */
interface Known {
  /** Epoch milliseconds. */
  readonly from: number
  readonly to: number
  readonly auth: MtlsAuth<unknown> | undefined
}

const plainFingerprint = (text: string) => text.replaceAll(':', '').toLowerCase()

function compileMatch({ san, subject, fingerprint }: Consumer): (certificate: X509Certificate, names: readonly string[]) => boolean {
  if (fingerprint !== undefined) return ({ fingerprint256 }) => plainFingerprint(fingerprint256) === plainFingerprint(fingerprint)
  if (subject !== undefined) return (certificate) => subjectOf(certificate) === subject
  const [, type = '', value = ''] = /^([^:]+):(.+)$/.exec(san ?? '') ?? []
  // Addresses have several spellings; OpenSSL compares their bytes.
  if (type === 'IP') return (certificate) => certificate.checkIP(value) !== undefined
  // Host names ignore case (RFC 4343), and a wildcard in a certificate is not every host under it.
  if (type === 'DNS') return (_, names) => names.some((name) => name.toLowerCase() === `dns:${value.toLowerCase()}`)
  return (_, names) => names.includes(`${type}:${value}`)
}

/** Compiles `mtls`: a connection's certificate is looked at once, its dates on every request. */
export const compileMtls: CompileAuth<'mtls'> = (settings, { services: { clock } }) => {
  const consumers = settings.consumers.map((consumer) => ({ ...consumer, fits: compileMatch(consumer) }))
  const known = new WeakMap<object, Known>()
  const refuse = (detail: string) => new Problem('INVALID_CREDENTIALS', { detail, headers: ['WWW-Authenticate', CHALLENGE] })

  const look = (x509: X509Certificate): Known => {
    const names = altNamesOf(x509)
    const found = consumers.find(({ fits }) => fits(x509, names))
    const from = Date.parse(x509.validFrom)
    const to = Date.parse(x509.validTo)
    if (!found) return { from, to, auth: undefined }
    const { consumer, metadata } = found
    const fingerprint = plainFingerprint(x509.fingerprint256)
    return { from, to, auth: frozenCopy({ kind: 'mtls', consumer, subject: subjectOf(x509), fingerprint, metadata }) }
  }
  const authenticator: Authenticator = {
    challenge: CHALLENGE,
    header: undefined,
    forward: false,
    recognises: (_value, { req }) => known.has(req.socket) || clientCertificate(req) !== undefined,
    authenticate(_value, { req }) {
      const certificate = known.get(req.socket) ?? clientCertificate(req)
      if (!certificate) throw refuse('There is no client certificate.')
      if ('x509' in certificate && !certificate.authorised) throw refuse('The client certificate is not from an accepted authority.')
      const facts = 'x509' in certificate ? look(certificate.x509) : certificate
      known.set(req.socket, facts)
      const now = clock.wall()
      if (now < facts.from || now > facts.to) throw refuse('The client certificate is out of date.')
      if (!facts.auth) throw refuse('The client certificate is not that of a known consumer.')
      return facts.auth
    },
  }
  return [authenticator]
}
