// The upstream of the benchmark: answers precomputed bytes, straight on the socket, so that it does not limit.
// Prints `port <n>`. `GET /__seen` answers the last request as it came in, without an upload's body.

import { createServer, type Socket } from 'node:net'
import { type BodyLength, countChunks, countDeclared } from './harness/body-length.js'
import { MEBIBYTE } from './harness/rows.js'
import { acceptFor, CLIENT_BYTES, serverMessage } from './harness/websocket-frames.js'

const respond = (body: string, type = 'application/json') =>
  Buffer.from(
    `HTTP/1.1 200 OK\r\ncontent-type: ${type}\r\ncontent-length: ${Buffer.byteLength(body)}\r\ncache-control: no-store\r\nx-powered-by: bench\r\n\r\n${body}`,
  )

const ITEM = respond(
  JSON.stringify({
    id: 42,
    name: 'A thing on a shelf',
    description: 'Small, square, and for sale since the spring; ships within two days.',
    price: { amount: 1999, currency: 'CHF' },
    stock: 7,
    tags: ['small', 'square'],
  }),
)
const USER = respond(
  JSON.stringify({ user_id: 'u-1', full_name: 'Ada Lovelace', mail: 'ada@example.org', created: '2026-01-01T00:00:00Z', internal: true }),
)
const BLOB = respond('x'.repeat(MEBIBYTE), 'application/octet-stream')

let last = ''

/** Length of the request at the start of `text`, or 0 if it is not whole yet. */
function requestLength(text: string): number {
  const end = text.indexOf('\r\n\r\n')
  if (end < 0) return 0
  if (text.startsWith('GET')) return end + 4
  const head = text.slice(0, end)
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1]
  if (length !== undefined) return text.length >= end + 4 + Number(length) ? end + 4 + Number(length) : 0
  if (!/\r\ntransfer-encoding: *chunked/i.test(head)) return end + 4
  const finish = text.indexOf('\r\n0\r\n\r\n', end)
  return finish < 0 ? 0 : finish + 7
}

/** If `text` starts with the head of an upload: the head's length, and what counts the body, which is not kept. */
function uploadOf(text: string): { readonly head: number; readonly count: BodyLength } | undefined {
  const end = text.startsWith('POST /blobs') ? text.indexOf('\r\n\r\n') : -1
  if (end < 0) return undefined
  const length = /\r\ncontent-length: *(\d+)/i.exec(text.slice(0, end))?.[1]
  return { head: end + 4, count: length === undefined ? countChunks() : countDeclared(Number(length)) }
}

function answer(request: string): Buffer {
  if (request.startsWith('GET /__seen ')) return respond(last, 'text/plain')
  if (!request.startsWith('GET /healthz ')) last = request
  if (request.startsWith('POST')) return USER
  return request.startsWith('GET /blobs') ? BLOB : ITEM
}

/** Switches to WebSocket and sends every message back. */
function echo(socket: Socket, request: string): void {
  last = request
  const key = /\r\nsec-websocket-key: *(.+?)\r\n/i.exec(request)?.[1] ?? ''
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-accept: ${acceptFor(key)}\r\n\r\n`,
  )
  let rest: Buffer = Buffer.alloc(0)
  socket.removeAllListeners('data').on('data', (chunk: Buffer) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    for (; rest.length >= CLIENT_BYTES; rest = rest.subarray(CLIENT_BYTES)) socket.write(serverMessage(rest))
  })
}

function serve(socket: Socket): void {
  let pending = ''
  let count: BodyLength | undefined
  socket.setNoDelay(true)
  socket.on('error', () => socket.destroy())
  const readBody = (bytes: Buffer): void => {
    const received = count?.(bytes)
    if (received === undefined) return
    socket.write(respond(JSON.stringify({ received })))
    count = undefined
  }
  const read = (text: string): void => {
    pending += text
    const upload = uploadOf(pending)
    if (upload) {
      const rest = Buffer.from(pending.slice(upload.head), 'latin1')
      last = pending.slice(0, upload.head)
      pending = ''
      count = upload.count
      readBody(rest)
    }
    for (let length = requestLength(pending); length > 0; length = requestLength(pending)) {
      const request = pending.slice(0, length)
      pending = pending.slice(length)
      if (/\r\nupgrade: *websocket\r\n/i.test(request)) echo(socket, request)
      else socket.write(answer(request))
    }
  }
  socket.on('data', (chunk) => {
    if (count) readBody(chunk)
    else read(chunk.toString('latin1'))
  })
}

const server = createServer(serve).listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (!address || typeof address !== 'object') return
  createServer(serve)
    // Not every system has this address; what takes two targets does without the second there.
    .on('error', () => undefined)
    .listen(address.port, '127.0.0.2')
  console.log(`port ${address.port}`)
})
