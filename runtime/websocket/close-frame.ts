import { randomBytes } from 'node:crypto'

/**
 * A close frame (RFC 6455 section 5.5.1) with a status code and a short reason in ASCII.
 * @param masked true for one to an upstream, to which the gateway is the client (section 5.3)
 */
export function closeFrame(code: number, reason: string, masked: boolean): Buffer {
  const payload = Buffer.alloc(2 + reason.length)
  payload.writeUInt16BE(code)
  payload.write(reason, 2, 'latin1')
  if (!masked) return Buffer.concat([Buffer.of(0x88, payload.length), payload])
  const mask = randomBytes(4)
  for (let index = 0; index < payload.length; index++) payload[index] = (payload[index] as number) ^ (mask[index % 4] as number)
  return Buffer.concat([Buffer.of(0x88, 0x80 | payload.length), mask, payload])
}
