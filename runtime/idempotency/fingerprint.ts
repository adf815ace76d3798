import { createHash } from 'node:crypto'
import type { Exchange } from '../../sdk/index.js'

/** What tells one request from another under the same key: method, path, query and body, each with its length, so that no two run together. */
export function fingerprintOf({ method, path, queryString }: Exchange, body: Uint8Array): string {
  const hash = createHash('sha256')
  for (const part of [method, path, queryString]) hash.update(`${part.length}:${part}\n`)
  return hash.update(body).digest('base64url')
}
