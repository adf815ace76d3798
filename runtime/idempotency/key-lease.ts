import type { SharedState } from '../stores/shared-state.js'

/** One request's hold on an idempotency key: taken for a short time, renewed while the request is in flight, then answered or freed. */
export class KeyLease {
  readonly #shared: SharedState
  readonly #name: string
  readonly #claim: string
  readonly #leaseMs: number
  #timer: NodeJS.Timeout | undefined

  constructor(shared: SharedState, name: string, claim: string, leaseMs: number) {
    this.#shared = shared
    this.#name = name
    this.#claim = claim
    this.#leaseMs = leaseMs
  }

  /** Takes the key; resolves to what is there instead, if anything. */
  claim(): Promise<string | undefined> {
    return this.#shared.setIfAbsent(this.#name, this.#claim, this.#leaseMs)
  }

  /** Keeps the key taken until it is answered or freed; a process that ends stops renewing. */
  renew(): void {
    const again = () => void this.#shared.replace(this.#name, this.#claim, this.#claim, this.#leaseMs).catch(() => undefined)
    this.#timer = setInterval(again, this.#leaseMs / 3)
    this.#timer.unref()
  }

  /** Puts the answer in the place of the claim, unless the key was lost to another request meanwhile. */
  async keep(answer: string, ttlMs: number): Promise<void> {
    clearInterval(this.#timer)
    await this.#shared.replace(this.#name, this.#claim, answer, ttlMs)
  }

  /** Frees the key, unless it is another's by now. */
  async free(): Promise<void> {
    clearInterval(this.#timer)
    await this.#shared.remove(this.#name, this.#claim)
  }
}
