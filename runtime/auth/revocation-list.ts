import { hash } from 'node:crypto'
import type { Logger } from 'pino'
import { Problem } from '../../sdk/index.js'
import type { Clock } from '../clock.js'
import type { Resource } from '../services.js'
import type { SharedState } from '../stores/shared-state.js'

/** Parts of the list in the store, so that one revocation rewrites little of it. */
const PARTS = 64
const CHANNEL = 'revocations'
/** What a message that got lost would have said is known after this time at the latest. */
const RELOAD_MS = 30_000
const RETRY_MS = 1_000
const MAX_ATTEMPTS = 20

/** What of a token a revocation can name. */
export interface RevocationMarks {
  /** Keys of the list; undefined where the auth does not look at that kind. */
  readonly keys: readonly string[]
  /** The token's `iat` in seconds since 1970; 0 where it has none. */
  readonly issuedAt: number
}

/** One line of the list: tokens with this key that were issued until `before` do not hold. */
export interface RevocationEntry {
  readonly key: string
  /** Seconds since 1970. */
  readonly before: number
  /** Milliseconds since 1970 until which the line is kept. */
  readonly until: number
}

/** The list's key for tokens of an issuer, or for those with one `jti` or `sub`. */
export function revocationKey(kind: 'jti' | 'sub' | 'iat', issuer: string, value = ''): string {
  return JSON.stringify([kind, issuer, value])
}

const partOf = (key: string): string => `revocations\0${Number.parseInt(hash('sha256', key, 'hex').slice(0, 8), 16) % PARTS}`

/**
 * The tokens that were revoked, shared by every process and held here whole, so that asking is synchronous. Changes come as
 * messages; every 30 seconds the list is read again, in case one was lost.
 */
export class RevocationList implements Resource {
  readonly #parts: { readonly shared: SharedState; readonly clock: Clock; readonly log: Logger }
  readonly #entries = new Map<string, RevocationEntry>()
  #stop: (() => void) | undefined
  #loaded = false
  #loadAt = Number.NEGATIVE_INFINITY
  #pending: Promise<void> | undefined

  constructor(parts: { readonly shared: SharedState; readonly clock: Clock; readonly log: Logger }) {
    this.#parts = parts
  }

  /** Reads the list; a failure is logged and tried again on demand. */
  load(): Promise<void> {
    this.#stop ??= this.#parts.shared.subscribe(CHANNEL, (message) => this.#hear(message))
    this.#pending ??= this.#read().finally(() => {
      this.#pending = undefined
    })
    return this.#pending
  }

  close(): void {
    this.#stop?.()
  }

  /** True if the token is revoked. Throws the problem `AUTH_UNAVAILABLE` while the list has never been read. */
  revokes({ keys, issuedAt }: RevocationMarks): boolean {
    if (this.#parts.clock.now() >= this.#loadAt) void this.load()
    if (!this.#loaded)
      throw new Problem('AUTH_UNAVAILABLE', {
        detail: 'The list of revoked tokens cannot be read right now.',
        headers: ['Retry-After', '1'],
      })
    if (this.#entries.size === 0) return false
    for (const key of keys) {
      const entry = this.#entries.get(key)
      if (entry && issuedAt <= entry.before && this.#parts.clock.wall() < entry.until) return true
    }
    return false
  }

  /** Adds a line to the list and tells every process; rejects if the store cannot take it. */
  async add(entry: RevocationEntry): Promise<void> {
    const { shared } = this.#parts
    const part = partOf(entry.key)
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
      const there = await shared.get(part)
      const { text, ttlMs } = this.#with(there, entry)
      const done =
        there === undefined ? (await shared.setIfAbsent(part, text, ttlMs)) === undefined : await shared.replace(part, there, text, ttlMs)
      if (!done) continue
      this.#take(entry)
      await shared.publish(CHANNEL, JSON.stringify(entry))
      return
    }
    throw new Problem('UNAVAILABLE', { cause: 'the list of revoked tokens changed all the time' })
  }

  /** A part of the list with one more line and without those that are over. */
  #with(part: string | undefined, entry: RevocationEntry): { readonly text: string; readonly ttlMs: number } {
    const now = this.#parts.clock.wall()
    const lines = new Map(parsePart(part).map((line) => [line.key, line]))
    lines.set(entry.key, later(lines.get(entry.key), entry))
    const live = [...lines.values()].filter(({ until }) => until > now)
    return { text: JSON.stringify(live), ttlMs: Math.max(1, ...live.map(({ until }) => until - now)) }
  }

  #take(entry: RevocationEntry): void {
    this.#entries.set(entry.key, later(this.#entries.get(entry.key), entry))
  }

  #hear(message: string): void {
    for (const entry of parsePart(`[${message}]`)) this.#take(entry)
  }

  async #read(): Promise<void> {
    const { shared, clock, log } = this.#parts
    try {
      const parts = await Promise.all(Array.from({ length: PARTS }, (_, index) => shared.get(`revocations\0${index}`)))
      for (const entry of parts.flatMap(parsePart)) this.#take(entry)
      for (const { key, until } of this.#entries.values()) if (until <= clock.wall()) this.#entries.delete(key)
      this.#loaded = true
      this.#loadAt = clock.now() + RELOAD_MS
    } catch (error) {
      this.#loadAt = clock.now() + RETRY_MS
      log.warn({ err: error }, 'the list of revoked tokens could not be read')
    }
  }
}

function later(known: RevocationEntry | undefined, next: RevocationEntry): RevocationEntry {
  if (!known) return next
  return { key: next.key, before: Math.max(known.before, next.before), until: Math.max(known.until, next.until) }
}

/** Lines of a stored part; what is none is left out, since only this class writes there. */
function parsePart(text: string | undefined): readonly RevocationEntry[] {
  if (text === undefined) return []
  try {
    return (JSON.parse(text) as readonly RevocationEntry[]).filter(
      ({ key, before, until }) => typeof key === 'string' && typeof before === 'number' && typeof until === 'number',
    )
  } catch {
    return []
  }
}
