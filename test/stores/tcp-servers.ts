import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'

/** A listener that can be closed with all its sockets. */
export interface TcpServer {
  readonly url: string
  /** Connections accepted so far. */
  readonly accepted: number
  close(): Promise<void>
}

async function listen(server: Server, sockets: Set<Socket>): Promise<TcpServer> {
  let accepted = 0
  server.on('connection', (socket) => {
    accepted += 1
    sockets.add(socket)
    // As Redis does; otherwise the second of two replies waits for an acknowledgement, which may take 40 ms.
    socket.setNoDelay(true)
    socket.on('error', () => undefined)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get accepted() {
      return accepted
    },
    async close() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

/** A path to Redis that can be made slow, or to swallow everything on the connections it has. */
export interface Path extends TcpServer {
  /** Milliseconds that every reply takes longer. */
  delayMs: number
  /** Swallows all that is sent, both ways, on connections open by now; nobody is told. */
  swallow(): void
}

/** Opens a {@link Path} to the Redis on `port`. */
export async function openPath(port: number): Promise<Path> {
  const sockets = new Set<Socket>()
  const path = { delayMs: 0 }
  const swallowed = new WeakSet<Socket>()
  const server = createServer((client) => {
    const redis = connect({ port, host: '127.0.0.1', noDelay: true })
    sockets.add(redis)
    redis.on('error', () => client.destroy())
    client.on('close', () => redis.destroy())
    client.on('data', (chunk) => swallowed.has(client) || redis.write(chunk))
    redis.on('data', (chunk) => {
      setTimeout(() => swallowed.has(client) || client.write(chunk), path.delayMs)
    })
  })
  const listening = await listen(server, sockets)
  return Object.defineProperties(
    Object.assign(path, {
      swallow() {
        for (const socket of sockets) swallowed.add(socket)
      },
    }),
    Object.getOwnPropertyDescriptors(listening),
  ) as Path
}

/** Takes the first whole command off `text`; undefined if it has not arrived yet. */
function firstCommand(text: string): { args: string[]; rest: string } | undefined {
  const args: string[] = []
  const head = /^\*(\d+)\r\n/.exec(text)
  if (!head) return undefined
  let at = head[0].length
  while (args.length < Number(head[1])) {
    const size = /^\$(\d+)\r\n/.exec(text.slice(at, at + 16))
    if (!size) return undefined
    at += size[0].length
    const end = at + Number(size[1])
    if (text.length < end + 2) return undefined
    args.push(text.slice(at, end))
    at = end + 2
  }
  return { args, rest: text.slice(at) }
}

/** A server that answers probes rightly, and everything else with `reply`, which may change. */
export async function openEcho(answer: { reply: string }): Promise<TcpServer> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    let text = ''
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1')
      for (let command = firstCommand(text); command; command = firstCommand(text)) {
        text = command.rest
        const probe = command.args.some((arg) => arg.endsWith('{probe}'))
        socket.write(probe ? '*2\r\n:0\r\n:0\r\n' : answer.reply)
      }
    })
  })
  return listen(server, sockets)
}
