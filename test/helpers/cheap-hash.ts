import { scrypt } from 'node:crypto'
import { promisify } from 'node:util'

const derive = promisify<string, Buffer, number, object, Buffer>(scrypt as never)

/** A password's hash that is cheap to check, unless told otherwise. */
export async function cheapHash(password: string, ln = 10): Promise<string> {
  const salt = Buffer.from('0123456789abcdef')
  const digest = await derive(password.normalize('NFC'), salt, 32, { N: 2 ** ln, r: 2, p: 1, maxmem: 2 ** 30 })
  const text = (bytes: Buffer) => bytes.toString('base64').replaceAll('=', '')
  return `$scrypt$ln=${ln},r=2,p=1$${text(salt)}$${text(digest)}`
}
