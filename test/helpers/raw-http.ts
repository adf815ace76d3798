import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { connect, createServer, type Socket } from 'node:net'
import type { ExecutionContext } from 'ava'

/** Sends bytes to a server and collects what comes back until the connection closes or goes quiet for `quietMs`. */
export async function sendRaw(url: string, bytes: string, quietMs = 150): Promise<{ text: string; closed: boolean }> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  const chunks: Buffer[] = []
  socket.setTimeout(quietMs)
  const over = new Promise<boolean>((resolve) => {
    socket.on('data', (chunk) => chunks.push(chunk))
    socket.on('close', () => resolve(true))
    socket.on('error', () => resolve(true))
    // A server that says nothing for a while has nothing more to say; before its first byte it may still be working.
    socket.on('timeout', () => {
      if (chunks.length > 0) resolve(false)
    })
    setTimeout(() => resolve(false), 30_000).unref()
  })
  socket.write(bytes, 'latin1')
  const closed = await over
  socket.destroy()
  return { text: Buffer.concat(chunks).toString('latin1'), closed }
}

/** A TCP server that hands each connection to `serve`; closed with the test. */
export async function rawServer(t: ExecutionContext, serve: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => sockets.delete(socket))
    serve(socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** A promise and the function that resolves it. */
export function withResolvers(): { readonly promise: Promise<void>; resolve(): void } {
  let resolve: () => void = () => undefined
  const promise = new Promise<void>((done) => {
    resolve = done
  })
  return { promise, resolve }
}
