import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'

const OK = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n'
const BODY = '{"ok":true}'
const WHOLE = `${OK}Content-Length: ${BODY.length}\r\n\r\n${BODY}`

/** What the upstream does with a request, by the name in its path. */
export const UPSTREAM_FAULTS: Readonly<Record<string, (socket: Socket) => void>> = {
  ok: (socket) => socket.write(WHOLE),
  reset: (socket) => socket.resetAndDestroy(),
  'close-unanswered': (socket) => socket.end(),
  'reset-in-body': (socket) => void socket.write(`${OK}Content-Length: 100\r\n\r\n"abc`, () => socket.resetAndDestroy()),
  truncated: (socket) => socket.end(`${OK}Content-Length: 100\r\n\r\n"abc`),
  'bad-chunk': (socket) => socket.write(`${OK}Transfer-Encoding: chunked\r\n\r\n2\r\n"a\r\nZZ\r\n`),
  silent: () => undefined,
  'silent-in-body': (socket) => socket.write(`${OK}Content-Length: 100\r\n\r\n"abc`),
  garbage: (socket) => socket.write('\u0000\u0001garbage\r\n\r\n'),
  slow: (socket) => {
    let at = 0
    const timer = setInterval(() => {
      if (at >= WHOLE.length || socket.destroyed) clearInterval(timer)
      else socket.write(WHOLE.slice(at, (at += 20)))
    }, 10)
  },
  surplus: (socket) => socket.write(`${WHOLE}HTTP/1.1 200 OK\r\n\r\nsurplus`),
  'close-after': (socket) => socket.end(`${OK}Connection: close\r\nContent-Length: ${BODY.length}\r\n\r\n${BODY}`),
}

/** Answered as soon as the headers are there, while the body is still on its way. */
const EARLY = /^[A-Z]+ \/early/

/** How long a request's body is, by its framing; undefined while it is not all there. */
function requestLength(text: string): number | undefined {
  const headEnd = text.indexOf('\r\n\r\n')
  if (headEnd < 0) return undefined
  const start = headEnd + 4
  if (EARLY.test(text)) return start
  const length = /\r\ncontent-length: (\d+)/i.exec(text.slice(0, headEnd))
  if (length) return text.length >= start + Number(length[1]) ? start + Number(length[1]) : undefined
  if (!/\r\ntransfer-encoding:/i.test(text.slice(0, headEnd))) return start
  const end = text.indexOf('0\r\n\r\n', start)
  return end < 0 ? undefined : end + 5
}

/** An upstream on TCP sockets that does what the path asks for: `/reset`, `/silent`, `/early`, …; anything else is answered well. */
export class FaultyUpstream {
  readonly sockets = new Set<Socket>()
  readonly #server = createServer({ noDelay: true }, (socket) => this.#serve(socket))

  async listen(): Promise<string> {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  close(): void {
    for (const socket of this.sockets) socket.destroy()
    this.#server.close()
  }

  #serve(socket: Socket): void {
    this.sockets.add(socket)
    socket.on('close', () => this.sockets.delete(socket))
    socket.on('error', () => undefined)
    let pending = ''
    socket.on('data', (chunk) => {
      pending += chunk.toString('latin1')
      for (let length = requestLength(pending); length !== undefined; length = requestLength(pending)) {
        const fault = /^[A-Z]+ \/([a-z-]+)/.exec(pending)?.[1] ?? 'ok'
        if (fault === 'early') {
          // What follows may be the rest of the body: this connection cannot carry another request.
          socket.write(`${OK}Connection: close\r\nContent-Length: ${BODY.length}\r\n\r\n${BODY}`)
          pending = ''
          return
        }
        pending = pending.slice(length)
        ;(UPSTREAM_FAULTS[fault] ?? UPSTREAM_FAULTS.ok)?.(socket)
      }
    })
  }
}
