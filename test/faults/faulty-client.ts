import { connect, type Socket } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'

const BODY = '{"a":1}'
const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: gw\r\nConnection: close\r\n\r\n`
const post = (path: string, length = BODY.length) =>
  `POST ${path} HTTP/1.1\r\nHost: gw\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\nConnection: close\r\n\r\n`
const chunked = (path: string) => `POST ${path} HTTP/1.1\r\nHost: gw\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n`

/** A client's behaviour on its connection; those in {@link HONEST} send one whole request and wait for its answer. */
type Behaviour = (socket: Socket, path: string, random: () => number) => void | Promise<void>

/** Writes the text in pieces, with a pause after each. */
async function drip(socket: Socket, text: string, pieces: number): Promise<void> {
  const size = Math.ceil(text.length / pieces)
  for (let at = 0; at < text.length && !socket.destroyed; at += size) {
    socket.write(text.slice(at, at + size))
    await wait(5)
  }
}

export const CLIENT_BEHAVIOURS: Readonly<Record<string, Behaviour>> = {
  get: (socket, path) => void socket.write(get(path)),
  post: (socket, path) => void socket.write(post(path) + BODY),
  'slow-post': (socket, path) => drip(socket, post(path) + BODY, 20),
  'reset-anywhere': async (socket, path, random) => {
    const text = post(path) + BODY
    socket.write(text.slice(0, Math.floor(random() * text.length)))
    await wait(random() * 30)
    socket.resetAndDestroy()
  },
  'reset-after-request': async (socket, path, random) => {
    socket.write(get(path))
    await wait(random() * 30)
    socket.resetAndDestroy()
  },
  'half-close': (socket, path) => void socket.end(get(path)),
  'close-in-body': async (socket, path, random) => {
    socket.write(post(path, 100_000) + 'x'.repeat(Math.floor(random() * 50_000)))
    await wait(random() * 30)
    socket.destroy()
  },
  'stalled-body': (socket, path) => void socket.write(`${post(path, 1_000)}"`),
  'bad-chunk': (socket, path) => void socket.write(`${chunked(path)}3\r\nabc\r\nZZ\r\n`),
  garbage: (socket, _path, random) => void socket.write(Buffer.from(Array.from({ length: 200 }, () => Math.floor(random() * 256)))),
  'stalled-headers': (socket, path) => void socket.write(get(path).slice(0, 20)),
  pipelined: (socket, path) => void socket.write(get(path).replace('Connection: close\r\n', '') + get(path)),
}

/** Behaviours whose request is whole and whose answer is waited for. */
export const HONEST: ReadonlySet<string> = new Set(['get', 'post', 'slow-post'])

/** What a client saw until its connection closed; undefined where it was still open after `withinMs`. */
export async function runClient(
  url: string,
  behaviour: string,
  path: string,
  random: () => number,
  withinMs = 30_000,
): Promise<string | undefined> {
  const { hostname, port } = new URL(url)
  const socket = connect({ host: hostname, port: Number(port), noDelay: true, allowHalfOpen: behaviour === 'half-close' })
  let text = ''
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1')
  })
  const closed = new Promise<true>((resolve) => {
    socket.on('error', () => undefined)
    socket.on('close', () => resolve(true))
    socket.on('end', () => socket.end())
  })
  await CLIENT_BEHAVIOURS[behaviour]?.(socket, path, random)
  const abort = new AbortController()
  const over = await Promise.race([closed, wait(withinMs, false, { signal: abort.signal }).catch(() => false)])
  abort.abort()
  socket.destroy()
  return over ? text : undefined
}
