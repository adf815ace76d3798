import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { SecureContextOptions } from 'node:tls'
import { ConfigError, type IssueCode } from '../../sdk/index.js'
import type { ListenerTlsSettings } from '../../sdk/listener-tls.js'
import type { Stamp } from '../../sdk/stamp.js'

const dayOf = (text: string) => new Date(text).toISOString().slice(0, 10)

type Key = 'cert' | 'key' | 'certFile' | 'keyFile' | 'clientCa' | 'clientCaFile'

/**
 * Reads and checks the certificate and key of the client listener, and the authorities of its clients.
 * @throws ConfigError if a file cannot be read, a text is not what it should be, the two do not belong together, or the
 * certificate is out of date
 */
export function readTlsMaterial(tls: ListenerTlsSettings, stamp: Stamp): SecureContextOptions {
  const refuse = (code: IssueCode, key: Key, message: string, hint: string): never => {
    const path = ['server', 'tls', key]
    throw new ConfigError([{ code, path, message, hint, origin: { stamp, path } }])
  }
  const textOf = (text: string | undefined, file: string | undefined, key: Key): string => {
    if (file === undefined) return text as string
    try {
      return readFileSync(file, 'utf8')
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      return refuse('GW1601', key, `cannot read ${file}: ${code}`, 'check the path, from the working directory, and its permissions')
    }
  }
  const certKey = tls.certFile === undefined ? 'cert' : 'certFile'
  const keyKey = tls.keyFile === undefined ? 'key' : 'keyFile'
  const cert = textOf(tls.cert, tls.certFile, certKey)
  const key = textOf(tls.key, tls.keyFile, keyKey)
  const parse = <T>(make: () => T, at: Key, message: string, hint: string): T => {
    try {
      return make()
    } catch {
      return refuse('GW1601', at, message, hint)
    }
  }
  const certificate = parse(
    () => new X509Certificate(cert),
    certKey,
    'not a certificate in PEM form',
    'it starts with "-----BEGIN CERTIFICATE-----"',
  )
  const privateKey: KeyObject = parse(
    () => createPrivateKey({ key, ...(tls.passphrase === undefined ? {} : { passphrase: tls.passphrase }) }),
    keyKey,
    tls.passphrase === undefined ? 'not a private key in PEM form, or an encrypted one' : 'not a private key that the passphrase opens',
    'an encrypted key needs `passphrase`',
  )
  if (!certificate.checkPrivateKey(privateKey))
    refuse(
      'GW1602',
      keyKey,
      'the private key is not the one of the certificate',
      'the server’s own certificate comes first, its chain after it',
    )
  const caKey = tls.clientCaFile === undefined ? 'clientCa' : 'clientCaFile'
  const asksClients = tls.clientCa !== undefined || tls.clientCaFile !== undefined
  const ca = asksClients ? textOf(tls.clientCa, tls.clientCaFile, caKey) : undefined
  if (ca !== undefined)
    parse(() => new X509Certificate(ca), caKey, 'not certificates in PEM form', 'they start with "-----BEGIN CERTIFICATE-----"')
  const { validFrom, validTo } = certificate
  const now = Date.now()
  if (now > Date.parse(validTo)) refuse('GW1603', certKey, `the certificate expired on ${dayOf(validTo)}`, 'renew it')
  if (now < Date.parse(validFrom)) refuse('GW1603', certKey, `the certificate is valid only from ${dayOf(validFrom)}`, 'check the clock')
  return { cert, key, passphrase: tls.passphrase, minVersion: tls.minVersion, ...(ca !== undefined && { ca }) }
}
