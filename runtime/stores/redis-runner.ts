import { isErrorReply, type RedisConnection } from './redis-connection.js'
import type { RedisScript } from './redis-script.js'
import { ReplyBudget } from './reply-budget.js'
import { StoreFailure } from './store-failure.js'

/** Told how each command went, as far as it says something about Redis as a whole. */
export interface ReplyWitness {
  /** Redis replied in time, be it with an error. */
  answered(): void
  /** It did not. */
  missed(): void
}

type Send = () => Promise<unknown>

const isUnknownScript = (error: unknown): boolean => isErrorReply(error) && error.message.startsWith('NOSCRIPT')

/** Runs commands and scripts, each within the budget. Everything rejects with a {@link StoreFailure}; a reply after the budget goes unnoticed. */
export class RedisRunner {
  readonly #connection: RedisConnection
  readonly #witness: ReplyWitness
  readonly #onErrorReply: ((error: Error) => void) | undefined
  readonly #budget = new ReplyBudget()

  constructor(connection: RedisConnection, witness: ReplyWitness, onErrorReply?: (error: Error) => void) {
    this.#connection = connection
    this.#witness = witness
    this.#onErrorReply = onErrorReply
  }

  /** Resolves to the reply, whatever it is. */
  send(command: readonly string[], asking = false): Promise<unknown> {
    return this.#within(() => this.#send(command, asking))
  }

  /** Runs a script by its name; where Redis has lost it, by its text. */
  run({ sha, text }: RedisScript, key: string, args: readonly string[], asking = false): Promise<unknown> {
    return this.#within(
      () => this.#send(['EVALSHA', sha, '1', key, ...args], asking),
      () => this.#send(['EVAL', text, '1', key, ...args], asking),
    )
  }

  #send(command: readonly string[], asking: boolean): Promise<unknown> {
    // It holds for the one command that follows on the connection.
    if (asking) this.#connection.send(['ASKING']).catch(() => undefined)
    return this.#connection.send(command)
  }

  #within(send: Send, otherwise?: Send): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const wait = this.#budget.start(() => {
        this.#witness.missed()
        reject(new StoreFailure('timeout'))
      })
      const onReply = (reply: unknown): void => {
        if (!wait.stop()) return
        this.#witness.answered()
        resolve(reply)
      }
      const onError = (error: unknown): void => {
        if (!wait.stop()) return
        if (isErrorReply(error)) {
          this.#witness.answered()
          this.#onErrorReply?.(error)
        }
        reject(new StoreFailure(isErrorReply(error) ? 'reply' : 'offline', error))
      }
      send().then(onReply, (error: unknown) => {
        if (otherwise && isUnknownScript(error)) otherwise().then(onReply, onError)
        else onError(error)
      })
    })
  }
}
