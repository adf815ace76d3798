import type { Socket } from 'node:net'

const RESTING = Symbol('resting')
type Connection = Socket & { [RESTING]?: boolean }

/** Notes whether a connection over HTTP/2 has no request under way. */
export function setResting(socket: Socket, resting: boolean): void {
  ;(socket as Connection)[RESTING] = resting
}

/** True for a connection that is kept for a next request: over HTTP/1.1 Node's idle timer runs then, and only then. */
export const isResting = (socket: Socket): boolean => (socket.timeout ?? 0) > 0 || (socket as Connection)[RESTING] === true
