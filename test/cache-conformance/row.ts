/** Header values by lower-case name; `@-10` is the HTTP date ten seconds ago, null stands for none. */
export type Values = Readonly<Record<string, string | readonly string[] | null>>

/** One request through the gateway, and what is to come of it. */
export interface Step {
  /** Seconds that pass before. */
  readonly after?: number
  readonly method?: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE' | 'PATCH' | 'OPTIONS' | 'QUERY'
  /** Added to the row's own path. */
  readonly path?: string
  readonly send?: Values
  readonly body?: string
  /** What the upstream answers if it is asked: 200 unless told; `cut` closes the connection instead. */
  readonly answer?: { readonly status?: number; readonly headers?: Values; readonly cut?: true }
  /**
   * `stored`: from the store, the upstream is not asked. `forwarded`: what the upstream answers.
   * `confirmed`: the upstream is asked, and the answer comes from the store all the same.
   */
  readonly expect: 'stored' | 'forwarded' | 'confirmed'
  readonly status?: number
  /** Fields of the answer. */
  readonly got?: Values
  /** Fields of the request that the upstream gets. */
  readonly sent?: Values
}

/** What the specification calls for: what a cache must or should do, what it may, and what is the gateway's own choice. */
export type Level = 'must' | 'should' | 'may' | 'own'

/** One row of the table: a promise, and the requests that show it. */
export interface Row {
  readonly section: string
  readonly level: Level
  readonly title: string
  readonly options: object
  readonly steps: readonly Step[]
}

/** Declares a row. */
export const row = (section: string, level: Level, title: string, steps: readonly Step[], options: object = {}): Row => ({
  section,
  level,
  title,
  options,
  steps,
})

/** The first request of a row, which the upstream answers with these fields. */
export const first = (headers: Values, more: Partial<Step> & { readonly status?: number } = {}): Step => ({
  expect: 'forwarded',
  ...more,
  answer: { headers, ...(more.status === undefined ? {} : { status: more.status }) },
})

export const stored = (more: Partial<Step> = {}): Step => ({ expect: 'stored', ...more })
export const asked = (more: Partial<Step> = {}): Step => ({ expect: 'forwarded', ...more })
export const confirmed = (more: Partial<Step> = {}): Step => ({ expect: 'confirmed', ...more })
