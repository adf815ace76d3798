import type { IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import type { Duplex } from 'node:stream'

/** Passes an upgraded connection on as it is, byte for byte in both directions. */
export function tunnel(req: IncomingMessage, client: Duplex, head: Buffer, port: number): void {
  const upstream = connect({ port, host: '127.0.0.1', noDelay: true })
  const lines = req.rawHeaders.map((text, index) => (index % 2 === 0 ? `${text}: ` : `${text}\r\n`))
  upstream.write(`${req.method} ${req.url} HTTP/1.1\r\n${lines.join('')}\r\n`)
  upstream.write(head)
  client.pipe(upstream).pipe(client)
  client.on('error', () => upstream.destroy())
  upstream.on('error', () => client.destroy())
}
