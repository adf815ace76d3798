import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { answer, type Case } from './case.js'

/** One request as the upstream read it. */
export interface Recorded {
  /** Request line and header lines, as received. */
  readonly head: readonly string[]
  readonly body: string
  readonly framing: 'none' | 'length' | 'chunked'
}

/**
 * An upstream that keeps the requests it receives, byte for byte, and answers as the case under way says. A request that
 * its proxy gives up on is none: whether its first bytes still get here is a matter of timing.
 */
export interface Recorder {
  readonly port: number
  /** Starts a case; returns the list that its requests are added to. */
  begin(one: Case): Recorded[]
  close(): void
}

/** What the request that follows each case is answered with. */
export const AFTER = '/after'

interface Message {
  readonly request: Recorded
  readonly rest: string
}

const DEFAULT_ANSWER = answer('200 OK')

/** Reads one message off the front (RFC 9112 section 6.3); undefined while it is incomplete. */
function read(text: string): Message | undefined {
  const end = text.indexOf('\r\n\r\n')
  if (end < 0) return undefined
  const head = text.slice(0, end).split('\r\n')
  const after = text.slice(end + 4)
  const value = (name: string) => head.find((line) => line.toLowerCase().startsWith(`${name}:`))?.slice(name.length + 1)
  if (value('transfer-encoding') !== undefined) {
    const last = /(?:^|\r\n)0+(?:;[^\r\n]*)?\r\n(?:[^\r\n]+\r\n)*\r\n/.exec(after)
    if (!last) return undefined
    const stop = last.index + last[0].length
    return { request: { head, body: after.slice(0, stop), framing: 'chunked' }, rest: after.slice(stop) }
  }
  const length = Number(value('content-length') ?? 0)
  if (after.length < length) return undefined
  const framing = value('content-length') === undefined ? 'none' : 'length'
  return { request: { head, body: after.slice(0, length), framing }, rest: after.slice(length) }
}

/** Answers one request; returns false if the connection is closed with it. */
function reply(socket: Socket, { head }: Recorded, one: Case): boolean {
  const [method, target = ''] = (head[0] as string).split(' ')
  const isAfter = target.endsWith(AFTER)
  const text = isAfter ? answer('200 OK', [], 'after') : (one.answer ?? DEFAULT_ANSWER)
  const bytes = Buffer.from(method === 'HEAD' ? text.slice(0, text.indexOf('\r\n\r\n') + 4) : text, 'latin1')
  if (!isAfter && one.hangUp) {
    socket.end(bytes)
    return false
  }
  socket.write(bytes)
  return true
}

/** Starts a recorder on a free port of the loopback interface. */
export async function startRecorder(): Promise<Recorder> {
  let current: Case = { id: '', send: '' }
  let requests: Recorded[] = []
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    let pending = ''
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => sockets.delete(socket))
    socket.on('data', (chunk) => {
      pending += chunk.toString('latin1')
      for (let message = read(pending); message; message = read(pending)) {
        pending = message.rest
        requests.push(message.request)
        if (!reply(socket, message.request, current)) {
          pending = ''
          break
        }
      }
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    begin(one) {
      current = one
      requests = []
      return requests
    },
    close() {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}
