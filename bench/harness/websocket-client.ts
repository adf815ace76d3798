import { randomBytes } from 'node:crypto'
import { connect, type Socket } from 'node:net'
import { acceptFor, SERVER_BYTES } from './websocket-frames.js'

const HANDSHAKE_MS = 10_000

/** Opens a WebSocket through a gateway; rejects unless it answers 101 with the right `Sec-WebSocket-Accept`. */
export function openWebsocket(port: number, path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const key = randomBytes(16).toString('base64')
    const socket = connect({ port, host: '127.0.0.1', noDelay: true })
    const refused = (what: string) => {
      socket.destroy()
      reject(new Error(`the WebSocket was not opened: ${what}`))
    }
    let text = ''
    const read = (chunk: Buffer) => {
      text += chunk.toString('latin1')
      if (!text.includes('\r\n\r\n')) return
      socket.off('data', read).off('error', reject).setTimeout(0)
      const accepted = /^HTTP\/1\.1 101 /.test(text) && /^sec-websocket-accept: *(.+?)\r$/im.exec(text)?.[1] === acceptFor(key)
      if (accepted) resolve(socket)
      else refused(text.slice(0, 200))
    }
    socket.setTimeout(HANDSHAKE_MS, () => refused('no answer in time'))
    socket.on('error', reject).on('data', read)
    socket.write(
      `GET ${path} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\nconnection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: ${key}\r\n\r\n`,
    )
  })
}

/** Calls `onMessage` for each whole message that comes back. */
export function onMessages(socket: Socket, onMessage: () => void): void {
  let bytes = 0
  socket.on('data', (chunk) => {
    bytes += chunk.length
    for (; bytes >= SERVER_BYTES; bytes -= SERVER_BYTES) onMessage()
  })
}
