/** Runs tasks a few at a time; what does not fit the queue is turned away. */
export class WorkQueue {
  readonly #concurrency: number
  readonly #length: number
  readonly #waiting: (() => void)[] = []
  #running = 0

  constructor(concurrency: number, length: number) {
    this.#concurrency = concurrency
    this.#length = length
  }

  /** Runs the task when there is room; undefined if too many wait already. */
  run<T>(task: () => Promise<T>): Promise<T> | undefined {
    if (this.#running < this.#concurrency) return this.#start(task)
    if (this.#waiting.length >= this.#length) return undefined
    return new Promise<void>((resolve) => this.#waiting.push(resolve)).then(() => this.#start(task))
  }

  async #start<T>(task: () => Promise<T>): Promise<T> {
    this.#running += 1
    try {
      return await task()
    } finally {
      this.#running -= 1
      this.#waiting.shift()?.()
    }
  }
}
