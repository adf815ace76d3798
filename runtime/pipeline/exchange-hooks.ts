import type { CapturedResponse, CaptureOptions, ExchangeEnd, Reply, UpstreamOutcome } from '../../sdk/index.js'

/** A response on its way into a policy's hands. */
class Capture {
  readonly #limit: number
  readonly #done: (response: CapturedResponse | undefined) => void
  readonly #chunks: Uint8Array[] = []
  readonly #outlives: boolean
  readonly #unpaced: boolean
  #bytes = 0
  #over = false

  constructor(limit: number, done: (response: CapturedResponse | undefined) => void, options: CaptureOptions) {
    this.#limit = limit
    this.#done = done
    this.#outlives = options.outlivesClient ?? false
    this.#unpaced = options.unpaced ?? false
  }

  /** True while others wait for it, whatever its client takes. */
  get unpaced(): boolean {
    return this.#unpaced && !this.#over
  }

  /** True while it still waits for a response that it wants whatever becomes of the client. */
  get outlivesClient(): boolean {
    return this.#outlives && !this.#over
  }

  add(chunk: Uint8Array): void {
    this.#bytes += chunk.length
    if (this.#bytes > this.#limit) this.settle(undefined)
    else this.#chunks.push(chunk)
  }

  complete(status: number, headers: readonly string[]): void {
    if (!this.#over) this.settle({ status, headers, body: Buffer.concat(this.#chunks) })
  }

  settle(response: CapturedResponse | undefined): void {
    if (this.#over) return
    this.#over = true
    this.#chunks.length = 0
    this.#done(response)
  }
}

/** What policies asked to be told of one exchange; most exchanges have none. */
export class ExchangeHooks {
  readonly #finish: ((end: ExchangeEnd) => void)[] = []
  readonly #upstream: ((outcome: UpstreamOutcome) => Reply | undefined)[] = []
  readonly #captures: Capture[] = []
  readonly #report: (error: unknown) => void
  #status = 0
  #headers: readonly string[] = []
  #resume: (() => void) | undefined = undefined

  /** @param report told of what a listener threw where nothing can be refused any more */
  constructor(report: (error: unknown) => void) {
    this.#report = report
  }

  onFinish(listener: (end: ExchangeEnd) => void): void {
    this.#finish.unshift(listener)
  }

  onUpstream(listener: (outcome: UpstreamOutcome) => Reply | undefined): void {
    this.#upstream.unshift(listener)
  }

  capture(limit: number, done: (response: CapturedResponse | undefined) => void, options: CaptureOptions = {}): void {
    this.#captures.push(new Capture(limit, done, options))
  }

  /** True while somebody wants the response even if the client leaves. */
  get outlivesClient(): boolean {
    return this.#captures.some((capture) => capture.outlivesClient)
  }

  /** True while a response is taken at the upstream's pace. */
  get unpaced(): boolean {
    return this.#captures.some((capture) => capture.unpaced)
  }

  /** True if somebody wants the outcome or the response, so that its headers are worth reading. */
  get watching(): boolean {
    return this.#upstream.length > 0 || this.#captures.length > 0
  }

  /** The reply that takes the place of an outcome, if a listener gives one; captures then get nothing. */
  replacement(outcome: UpstreamOutcome): Reply | undefined {
    for (const listener of this.#upstream) {
      const reply = listener(outcome)
      if (reply) return reply
    }
    return undefined
  }

  /** @param resume goes on with a response that waits for the client */
  begin(status: number, headers: readonly string[], resume?: () => void): void {
    this.#status = status
    this.#headers = headers
    this.#resume = resume
  }

  data(chunk: Uint8Array): void {
    for (const capture of this.#captures) this.#safely(() => capture.add(chunk))
  }

  complete(): void {
    for (const capture of this.#captures) this.#safely(() => capture.complete(this.#status, this.#headers))
  }

  /** The response will not come, or not whole: captures get nothing. */
  lost(): void {
    for (const capture of this.#captures) this.#safely(() => capture.settle(undefined))
  }

  /**
   * The exchange is over: captures that are not complete get nothing, then every listener hears how it ended.
   * @param goesOn the upstream's response still comes, for the captures that outlive the client
   */
  finish(end: ExchangeEnd, goesOn = false): void {
    for (const capture of this.#captures) if (!(goesOn && capture.outlivesClient)) this.#safely(() => capture.settle(undefined))
    if (goesOn) this.#resume?.()
    for (const listener of this.#finish) this.#safely(() => listener(end))
  }

  #safely(act: () => void): void {
    try {
      act()
    } catch (error) {
      this.#report(error)
    }
  }
}
