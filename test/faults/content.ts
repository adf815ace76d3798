import { createHash, randomBytes } from 'node:crypto'
import type { Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'

const BLOCK = randomBytes(65_536)

/** Writes `bytes` bytes as fast as they are taken and resolves to their SHA-256. */
export async function sendContent(to: Writable, bytes: number): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(function* () {
    for (let left = bytes; left > 0; left -= BLOCK.length) {
      // Every block begins with its place, so that blocks in the wrong order are noticed.
      const block = Buffer.from(BLOCK.subarray(0, Math.min(left, BLOCK.length)))
      if (block.length >= 8) block.writeDoubleBE(left)
      hash.update(block)
      yield block
    }
  }, to)
  return hash.digest('hex')
}

/** Reads to the end, at most `rate` bytes per second, and resolves to the SHA-256. */
export async function readContent(from: Readable, rate: number): Promise<string> {
  const hash = createHash('sha256')
  const began = performance.now()
  let bytes = 0
  for await (const chunk of from) {
    hash.update(chunk as Buffer)
    bytes += (chunk as Buffer).length
    const ahead = (bytes / rate) * 1_000 - (performance.now() - began)
    if (ahead > 20) await new Promise((resolve) => setTimeout(resolve, ahead))
  }
  return hash.digest('hex')
}
