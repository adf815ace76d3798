import { setTimeout as delay } from 'node:timers/promises'
import { createClient, ErrorReply } from 'redis'
import { Problem } from '../../sdk/index.js'

const CONNECT_MS = 1_000
const SHORTEST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 1_000
const LONGEST_QUEUE = 20_000

/** Finds out which URL to connect to, anew for every connection. */
export type Locate = () => string | Promise<string>

/** Where a connection reports to. */
export interface ConnectionEvents {
  /** Called each time a connection is ready for commands. */
  readonly onReady: () => void
  /** Called when one is lost, or could not be opened. */
  readonly onLost: (cause: unknown) => void
}

function createLink(url: string) {
  return createClient({
    url,
    RESP: 2,
    maintNotifications: 'disabled',
    disableClientInfo: true,
    disableOfflineQueue: true,
    commandsQueueMaxLength: LONGEST_QUEUE,
    // A timer and an abort signal for each command is what the caller's one budget stands in for.
    commandOptions: { timeout: undefined as unknown as number },
    socket: { connectTimeout: CONNECT_MS, reconnectStrategy: false },
  })
}

type Link = ReturnType<typeof createLink>

function openLink(url: string, onError: (cause: unknown) => void): Link {
  try {
    return createLink(url).on('error', onError)
  } catch {
    // What the parser of URLs throws holds the whole URL, and with it the password.
    throw new Problem('UNAVAILABLE', { detail: 'The Redis URL is not valid.' })
  }
}

const silence = (): void => undefined

/** True if Redis answered, though with an error: `OOM`, `LOADING`, `NOSCRIPT` and the like. */
export const isErrorReply = (error: unknown): error is Error => error instanceof ErrorReply

/**
 * One connection to Redis that opens again by itself, after jittered pauses of at most a second. Commands are refused at
 * once while it is down; nothing is queued for later. It never raises an `error` event.
 */
export class RedisConnection {
  readonly #locate: Locate
  readonly #events: ConnectionEvents
  readonly #stop = new AbortController()
  #link: Link | undefined
  #opening: Promise<void> | undefined
  #renew: (cause: unknown) => void = silence
  #unanswered = 0
  #replies = 0

  constructor(locate: Locate, events: ConnectionEvents) {
    this.#locate = locate
    this.#events = events
  }

  get ready(): boolean {
    return this.#link !== undefined
  }

  /** Whether commands wait for their replies. */
  get waiting(): boolean {
    return this.#unanswered > 0
  }

  /** Replies so far. */
  get heard(): number {
    return this.#replies
  }

  /** Starts to connect, if it has not yet; never throws. */
  open(): void {
    this.#opening ??= this.#keepOpen()
  }

  /** Sends one command. Rejects at once while the connection is down, and never by time. */
  send(args: readonly string[]): Promise<unknown> {
    if (!this.#link) return Promise.reject(new Problem('UNAVAILABLE', { detail: 'There is no connection to Redis.' }))
    this.#unanswered += 1
    const reply: Promise<unknown> = this.#link.sendCommand(args)
    reply.then(this.#heard, this.#heard)
    return reply
  }

  /** Hears a channel for as long as this connection lasts. Rejects while it is down. */
  async subscribe(channel: string, listener: (message: string) => void): Promise<void> {
    if (!this.#link) throw new Problem('UNAVAILABLE', { detail: 'There is no connection to Redis.' })
    await this.#link.subscribe(channel, listener)
  }

  async unsubscribe(channel: string): Promise<void> {
    await this.#link?.unsubscribe(channel)
  }

  /** Gives the connection up and opens another: a path that swallows packets does not report it. */
  renew(): void {
    this.#renew(new Problem('UNAVAILABLE', { detail: 'Redis has fallen silent.' }))
  }

  async close(): Promise<void> {
    this.#stop.abort()
    this.#renew(undefined)
    await this.#opening
  }

  readonly #heard = (): void => {
    this.#unanswered -= 1
    this.#replies += 1
  }

  async #keepOpen(): Promise<void> {
    for (let failures = 0; !this.#stop.signal.aborted; failures += 1) {
      const served = await this.#connectOnce()
      if (served) failures = 0
      const longest = Math.min(LONGEST_PAUSE_MS, SHORTEST_PAUSE_MS * 2 ** failures)
      await delay(longest * (0.5 + Math.random() / 2), undefined, { ref: false, signal: this.#stop.signal }).catch(silence)
    }
  }

  /** Opens one connection and resolves when it is lost: to true if it was ever ready. */
  async #connectOnce(): Promise<boolean> {
    let over = false
    const lost = new Promise<unknown>((resolve) => {
      this.#renew = resolve
    })
    const lose = this.#renew
    let link: Link | undefined
    const open = async (): Promise<void> => {
      const url = await this.#locate()
      if (over) return
      link = openLink(url, lose)
      await link.connect()
      // A socket that opens after its time must be closed again, or it would stay for ever.
      if (over) link.destroy()
      else this.#begin(link)
    }
    open().catch(lose)
    const bound = setTimeout(() => this.#link ?? this.renew(), 2 * CONNECT_MS)
    const cause = await lost
    over = true
    clearTimeout(bound)
    const served = this.#link !== undefined
    this.#link = undefined
    link?.destroy()
    if (!this.#stop.signal.aborted) this.#events.onLost(cause)
    return served
  }

  #begin(link: Link): void {
    this.#unanswered = 0
    this.#link = link
    this.#events.onReady()
  }
}
