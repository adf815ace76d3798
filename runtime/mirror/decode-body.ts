import { promisify } from 'node:util'
import { brotliDecompress, gunzip, inflate } from 'node:zlib'

type Decode = (bytes: Uint8Array, options: { readonly maxOutputLength: number }) => Promise<Buffer>

const DECODERS: Readonly<Record<string, Decode>> = {
  gzip: promisify(gunzip) as Decode,
  'x-gzip': promisify(gunzip) as Decode,
  deflate: promisify(inflate) as Decode,
  br: promisify(brotliDecompress) as Decode,
}

/** The bytes under a content coding (RFC 9110 section 8.4); undefined if it is unknown, the bytes are not of it, or more than `limit` come out. */
export async function decodeBody(bytes: Buffer, coding: string | undefined, limit: number): Promise<Buffer | undefined> {
  const name = coding?.toLowerCase() ?? 'identity'
  if (name === 'identity' || bytes.length === 0) return bytes
  if (!Object.hasOwn(DECODERS, name)) return undefined
  return DECODERS[name]?.(bytes, { maxOutputLength: limit }).catch(() => undefined)
}
