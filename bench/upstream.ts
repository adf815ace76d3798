// The upstream of the benchmark: answers precomputed bytes, straight on the socket, so that it does not limit.
// Prints `port <n>`. `GET /__seen` answers the last request as it came in.

import { createServer, type Socket } from 'node:net'

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

function serve(socket: Socket): void {
  let pending = ''
  socket.setNoDelay(true)
  socket.on('error', () => socket.destroy())
  socket.on('data', (chunk) => {
    pending += chunk.toString('latin1')
    for (let length = requestLength(pending); length > 0; length = requestLength(pending)) {
      const request = pending.slice(0, length)
      pending = pending.slice(length)
      if (request.startsWith('GET /__seen ')) socket.write(respond(last, 'text/plain'))
      else {
        last = request
        socket.write(request.startsWith('POST') ? USER : ITEM)
      }
    }
  })
}

const server = createServer(serve).listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (address && typeof address === 'object') console.log(`port ${address.port}`)
})
