import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createSecureServer, type SecureServerOptions } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { connect, type TLSSocket } from 'node:tls'
import { fileURLToPath } from 'node:url'
import type { ExecutionContext } from 'ava'

/** Path of a file among the upstreams' test certificates, which are valid until 2126. */
export const pemFile = (name: string) => fileURLToPath(new URL(`../fixtures/upstream-tls/${name}.pem`, import.meta.url))
export const pem = (name: string) => readFileSync(pemFile(name), 'utf8')
export const identity = (name: string) => ({ cert: pem(`${name}.cert`), key: pem(`${name}.key`) })

/** One request as a TLS upstream saw it. */
export interface SeenRequest {
  readonly version: string
  readonly servername: string | false | null | undefined
  /** Common name of the client's certificate. */
  readonly client: string | undefined
  readonly protocol: string | null
  readonly path: string | undefined
}

/** An upstream that speaks HTTP/1.1 and HTTP/2 over TLS. */
export interface TlsUpstream {
  /** By name; `address` is the same by number. */
  readonly url: string
  readonly address: string
  readonly seen: readonly SeenRequest[]
  /** Connections that are open. */
  readonly sockets: ReadonlySet<TLSSocket>
  setSecureContext(options: SecureServerOptions): void
}

/** Starts one; closed with the test. */
export async function startTlsUpstream(t: ExecutionContext, options: SecureServerOptions = identity('localhost')): Promise<TlsUpstream> {
  const seen: SeenRequest[] = []
  const sockets = new Set<TLSSocket>()
  const server = createSecureServer({ allowHTTP1: true, ...options }, (req, res) => {
    const socket = (req.stream?.session?.socket ?? req.socket) as TLSSocket & { servername?: string | false | null }
    const client = socket.getPeerCertificate()?.subject?.CN as string | undefined
    seen.push({ version: req.httpVersion, servername: socket.servername, client, protocol: socket.getProtocol(), path: req.url })
    res.writeHead(200, { 'content-type': 'text/plain' })
    res.end('ok')
  })
  server.on('secureConnection', (socket: TLSSocket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.once('close', () => sockets.delete(socket))
  })
  server.on('tlsClientError', () => undefined)
  server.on('sessionError', () => undefined)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  const { port } = server.address() as AddressInfo
  const setSecureContext = (renewed: SecureServerOptions) => server.setSecureContext(renewed)
  return { url: `https://localhost:${port}`, address: `https://127.0.0.1:${port}`, seen, sockets, setSecureContext }
}

/** Resolves when `holds` does; looks every 20 ms, for a minute at most. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + 60_000
  while (!(await holds())) {
    if (Date.now() > end) throw new Error('it never held')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

/** The common name that a port shows to a client which trusts everyone. */
export async function shownBy(url: string): Promise<unknown> {
  const { port, hostname } = new URL(url)
  const socket = connect({ port: Number(port), host: hostname, rejectUnauthorized: false })
  await once(socket, 'secureConnect')
  const { subject } = socket.getPeerCertificate()
  socket.destroy()
  return subject.CN
}
