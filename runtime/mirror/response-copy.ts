/** How far a response has come: under way, whole, more than may be kept, or never to be complete. */
export type CopyState = 'open' | 'whole' | 'large' | 'broken'

/** One response as its upstream sent it, kept up to a limit. */
export class ResponseCopy {
  status = 0
  headers: readonly Buffer[] = []
  state: CopyState = 'open'
  readonly #limit: number
  #chunks: Buffer[] = []
  #bytes = 0

  /** @param limit most bytes of body that are kept; negative to keep nothing and be whole all the same */
  constructor(limit: number) {
    this.#limit = limit
  }

  /** Bytes of body so far. */
  get bytes(): number {
    return this.#bytes
  }

  /** True while what comes is kept. */
  get keeps(): boolean {
    return this.#limit >= 0 && this.state === 'open'
  }

  get body(): Buffer {
    return this.#chunks.length === 1 ? (this.#chunks[0] as Buffer) : Buffer.concat(this.#chunks)
  }

  begin(status: number, headers: readonly Buffer[]): void {
    this.status = status
    this.headers = headers
  }

  data(chunk: Buffer): void {
    this.#bytes += chunk.length
    if (this.#limit < 0 || this.state !== 'open') return
    if (this.#bytes <= this.#limit) this.#chunks.push(chunk)
    else this.end('large')
  }

  end(state: Exclude<CopyState, 'open'> = 'whole'): void {
    if (this.state !== 'open') return
    this.state = state
    if (state !== 'whole') this.#chunks = []
  }

  /** The values of a field, joined; undefined where it is not there. */
  field(name: string): string | undefined {
    const values = this.headers.flatMap((text, index) =>
      index % 2 === 0 && text.toString('latin1').toLowerCase() === name ? (this.headers[index + 1] as Buffer).toString('latin1') : [],
    )
    return values.length === 0 ? undefined : values.join(', ')
  }
}
