import { createHash, type X509Certificate } from 'node:crypto'

/** Why a target was not believed, or would not speak. */
export type HandshakeFault = 'pin' | 'name' | 'expired' | 'untrusted' | 'protocol'

const REASONS: Readonly<Record<string, HandshakeFault>> = {
  ERR_CERTIFICATE_PIN: 'pin',
  ERR_TLS_CERT_ALTNAME_INVALID: 'name',
  CERT_HAS_EXPIRED: 'expired',
  CERT_NOT_YET_VALID: 'expired',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'untrusted',
  SELF_SIGNED_CERT_IN_CHAIN: 'untrusted',
  UNABLE_TO_GET_ISSUER_CERT: 'untrusted',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'untrusted',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'untrusted',
  CERT_SIGNATURE_FAILURE: 'untrusted',
  CERT_UNTRUSTED: 'untrusted',
  CERT_REJECTED: 'untrusted',
  CERT_CHAIN_TOO_LONG: 'untrusted',
  INVALID_CA: 'untrusted',
  INVALID_PURPOSE: 'untrusted',
}

/** What was wrong with the handshake; undefined where the connection failed for another reason. */
export function handshakeFault(error: Error): HandshakeFault | undefined {
  const { code = '' } = error as NodeJS.ErrnoException
  return REASONS[code] ?? (code.startsWith('ERR_SSL_') || code === 'EPROTO' ? 'protocol' : undefined)
}

/**
 * The pin of a certificate: the SHA-256 of its public key's SPKI in base64 (RFC 7469 section 2.4). Only a target's own is looked at:
 * Node links issuers by their names, which anyone can put into a certificate.
 */
export function pinOf(certificate: X509Certificate): string {
  return createHash('sha256')
    .update(certificate.publicKey.export({ type: 'spki', format: 'der' }))
    .digest('base64')
}

/** The error of a connection to a target whose key nobody named. */
export function wrongPin(host: string, pin: string): Error {
  return Object.assign(new Error(`the public key of ${host} has the pin ${pin}, which is none of \`pins\``), {
    code: 'ERR_CERTIFICATE_PIN',
  })
}
