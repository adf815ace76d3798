/** Upper bounds of the buckets, in seconds. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

interface Row {
  readonly labels: Readonly<Record<string, string | number>>
  readonly value: number
  readonly metricName: string
}

/** How long something took, in buckets: plain numbers, so that an observation costs an addition and a scrape does the rest. */
export class Durations {
  readonly #buckets = new Float64Array(BUCKETS.length + 1)
  #sum = 0

  add(seconds: number): void {
    let bucket = 0
    while (bucket < BUCKETS.length && seconds > (BUCKETS[bucket] as number)) bucket++
    this.#buckets[bucket] = (this.#buckets[bucket] as number) + 1
    this.#sum += seconds
  }

  /** The rows of a Prometheus histogram. */
  rows(name: string, labels: Readonly<Record<string, string>>): Row[] {
    let seen = 0
    const rows: Row[] = [...BUCKETS, '+Inf'].map((le, index) => {
      seen += this.#buckets[index] as number
      return { labels: { ...labels, le }, value: seen, metricName: `${name}_bucket` }
    })
    return [...rows, { labels, value: this.#sum, metricName: `${name}_sum` }, { labels, value: seen, metricName: `${name}_count` }]
  }
}
