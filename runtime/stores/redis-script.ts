import type { Cell } from './gcra.js'
import { LIMIT_SCRIPT, LIMIT_SCRIPT_SHA } from './limit-script.js'
import { isErrorReply, type RedisConnection } from './redis-connection.js'
import { ReplyBudget } from './reply-budget.js'
import { StoreFailure } from './store-failure.js'

/** Told how each run went, as far as it says something about Redis as a whole. */
export interface ScriptWitness {
  /** Redis replied in time, be it with an error. */
  answered(): void
  /** It did not. */
  missed(): void
}

const isUnknownScript = (error: unknown): boolean => isErrorReply(error) && error.message.startsWith('NOSCRIPT')

/** Runs the limit script by its name, each run within the budget; where Redis has lost the script, by its text. */
export class RedisScript {
  readonly #connection: RedisConnection
  readonly #witness: ScriptWitness
  readonly #budget = new ReplyBudget()

  constructor(connection: RedisConnection, witness: ScriptWitness) {
    this.#connection = connection
    this.#witness = witness
  }

  /** Hands Redis the script's text; waits as long as it takes. */
  load(): Promise<unknown> {
    return this.#connection.send(['SCRIPT', 'LOAD', LIMIT_SCRIPT])
  }

  /** Resolves to the reply, whatever it is; rejects with a {@link StoreFailure}. A reply after the budget goes unnoticed. */
  run(key: string, cell: Cell): Promise<unknown> {
    const args = ['1', key, String(cell.emission), String(cell.capacity)]
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
        if (isErrorReply(error)) this.#witness.answered()
        reject(new StoreFailure(isErrorReply(error) ? 'reply' : 'offline', error))
      }
      this.#connection.send(['EVALSHA', LIMIT_SCRIPT_SHA, ...args]).then(onReply, (error: unknown) => {
        if (isUnknownScript(error)) this.#connection.send(['EVAL', LIMIT_SCRIPT, ...args]).then(onReply, onError)
        else onError(error)
      })
    })
  }
}
