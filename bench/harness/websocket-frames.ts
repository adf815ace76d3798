import { hash, randomBytes } from 'node:crypto'

/** Payload of every message; short enough for a length in one byte (RFC 6455 section 5.2). */
export const PAYLOAD_BYTES = 64

const TEXT = 0x81
const MASKED = 0x80
const MASK_BYTES = 4
const HEAD_BYTES = 2

/** Length of a message from client to server, and from server to client. */
export const CLIENT_BYTES = HEAD_BYTES + MASK_BYTES + PAYLOAD_BYTES
export const SERVER_BYTES = HEAD_BYTES + PAYLOAD_BYTES

/** The `Sec-WebSocket-Accept` to a `Sec-WebSocket-Key` (RFC 6455 section 4.2.2). */
export const acceptFor = (key: string): string => hash('sha1', `${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`, 'base64')

/** A text message as a client sends it: masked. */
export function clientMessage(): Buffer {
  const mask = randomBytes(MASK_BYTES)
  const payload = Buffer.alloc(PAYLOAD_BYTES, 'm').map((byte, index) => byte ^ (mask[index % MASK_BYTES] as number))
  return Buffer.concat([Buffer.of(TEXT, MASKED | PAYLOAD_BYTES), mask, payload])
}

/** The same message as a server sends it back: not masked. */
export function serverMessage(message: Buffer): Buffer {
  const answer = Buffer.allocUnsafe(SERVER_BYTES)
  answer[0] = TEXT
  answer[1] = PAYLOAD_BYTES
  for (let index = 0; index < PAYLOAD_BYTES; index += 1)
    answer[HEAD_BYTES + index] =
      (message[HEAD_BYTES + MASK_BYTES + index] as number) ^ (message[HEAD_BYTES + (index % MASK_BYTES)] as number)
  return answer
}
