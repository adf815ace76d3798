import type { Duplex } from 'node:stream'

/** Longest that a closing connection goes on reading. */
const LINGER_MS = 5_000

type Closing = Duplex & { destroySoon?: () => void }

function ignore(): void {}

function linger(this: Closing): void {
  this.destroySoon = ignore
  const timer = setTimeout(() => this.destroy(), LINGER_MS).unref()
  this.once('close', () => clearTimeout(timer))
  this.once('end', () => this.destroy())
  // Past the parser: nothing that still comes may become a request.
  this.removeAllListeners('data')
  this.on('data', ignore)
  this.end()
  this.resume()
}

/**
 * Makes a connection that is to close after its response close in two steps (RFC 9112 section 9.6): its own side at
 * once, the rest when the client has stopped sending. Closed outright with bytes unread, the kernel would send a reset,
 * and a client that is still uploading would lose the response.
 */
export function lingerOnClose(socket: Closing): void {
  if (socket.destroySoon !== ignore) socket.destroySoon = linger
}
