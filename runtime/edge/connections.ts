import type { Server, Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { networkOf } from '../../sdk/keys.js'
import { type ClientAddress, plainAddress } from './client-address.js'
import type { ClosedReason } from './refusal.js'
import { isResting } from './resting.js'

/** How many connections the gateway holds. */
export interface ConnectionLimits {
  readonly connections: number
  readonly connectionsPerIp: number
}

/** How many idle connections make room at once, so that a crowd of newcomers does not search all others one by one. */
const SHED_AT_ONCE = 64

/**
 * Counts client connections. Beyond the limit of one address (one /64 network in IPv6) a new one is reset; beyond the limit of
 * all, the oldest idle ones make room for it, and it is reset if there are none.
 */
export class Connections {
  readonly #limits: ConnectionLimits
  readonly #addresses: ClientAddress
  readonly #closed: (reason: ClosedReason) => void
  readonly #open = new Set<Socket>()
  readonly #perIp = new Map<string, number>()
  /** What speaks HTTP on a connection with TLS: only it knows whether that rests. */
  readonly #secured = new WeakMap<Socket, TLSSocket>()

  constructor(limits: ConnectionLimits, addresses: ClientAddress, closed: (reason: ClosedReason) => void) {
    this.#limits = limits
    this.#addresses = addresses
    this.#closed = closed
  }

  watch(server: Server): void {
    server.on('connection', (socket) => this.#admit(socket))
    server.on('secureConnection', (secured: TLSSocket & { readonly _parent?: Socket }) => {
      if (secured._parent) this.#secured.set(secured._parent, secured)
    })
  }

  /** Waits for a request: at rest after a response, or without a byte so far. */
  #isIdle(socket: Socket): boolean {
    return socket.bytesRead === 0 || isResting(this.#secured.get(socket) ?? socket)
  }

  #admit(socket: Socket): void {
    const peer = socket.remoteAddress
    // Gone before it was looked at, or a pair of streams in memory.
    if (peer === undefined || !('resetAndDestroy' in socket)) return
    const ip = networkOf(plainAddress(peer))
    const ofIp = this.#perIp.get(ip) ?? 0
    const excess = this.#excess(peer, ofIp)
    if (excess) {
      this.#closed(excess)
      socket.resetAndDestroy()
      return
    }
    this.#open.add(socket)
    this.#perIp.set(ip, ofIp + 1)
    socket.once('close', () => this.#forget(socket, ip))
  }

  /** Which limit a new connection of this peer would exceed. */
  #excess(peer: string, ofIp: number): ClosedReason | undefined {
    if (ofIp >= this.#limits.connectionsPerIp && !this.#addresses.trusts(peer)) return 'connections-per-ip'
    return this.#open.size >= this.#limits.connections && !this.#shed() ? 'connections' : undefined
  }

  /** Closes the oldest idle connections; false if there are none. */
  #shed(): boolean {
    let left = Math.min(SHED_AT_ONCE, Math.ceil(this.#limits.connections / 10))
    const before = this.#open.size
    for (const socket of this.#open) {
      if (left === 0) break
      if (!this.#isIdle(socket)) continue
      left--
      this.#open.delete(socket)
      this.#closed('shed')
      socket.destroy()
    }
    return this.#open.size < before
  }

  #forget(socket: Socket, ip: string): void {
    this.#open.delete(socket)
    const left = (this.#perIp.get(ip) ?? 1) - 1
    if (left === 0) this.#perIp.delete(ip)
    else this.#perIp.set(ip, left)
  }
}
