import test from 'ava'
import fc from 'fast-check'
import { type Balance, discover } from 'gatewright'
import { pino } from 'pino'
import { createUpstreamPool } from '../../../runtime/upstreams/create-upstream-pool.js'
import type { AttemptResult, Target } from '../../../runtime/upstreams/target.js'
import { upstreamSchema } from '../../../sdk/upstream.js'
import { fakeClock } from '../../helpers/fake-clock.js'
import { listFeed } from '../../helpers/list-feed.js'

const log = pino({ level: 'silent' })
const PLACES = 6
const urlOf = (place: number) => `http://10.0.0.${place + 1}`

/** What the reference knows of a place: which of its lives it is in, and how many requests each life has. */
interface Life {
  readonly place: number
  readonly number: number
  requests: number
}

/** Membership as it is meant: a place that leaves the list and comes back is another one. */
class ReferenceMembers {
  readonly lives: Life[] = []
  #present = new Map<number, Life>()

  get present(): readonly Life[] {
    return [...this.#present.values()]
  }

  replace(places: readonly number[]): void {
    this.#present = new Map(places.map((place) => [place, this.#present.get(place) ?? this.#begin(place)]))
  }

  /** Those that still have a target: present, or with requests of before. */
  get served(): readonly Life[] {
    return this.lives.filter((life) => life.requests > 0 || this.#present.get(life.place) === life)
  }

  #begin(place: number): Life {
    const life = { place, number: this.lives.length, requests: 0 }
    this.lives.push(life)
    return life
  }
}

type Step =
  | { readonly kind: 'list'; readonly places: readonly { readonly place: number; readonly weight: number }[] }
  | { readonly kind: 'pick'; readonly key: string; readonly avoids: boolean }
  | { readonly kind: 'end'; readonly which: number; readonly result: AttemptResult; readonly status: number; readonly after: number }

const steps = fc.array(
  fc.oneof(
    fc.record({
      kind: fc.constant('list' as const),
      places: fc.uniqueArray(fc.record({ place: fc.nat(PLACES - 1), weight: fc.integer({ min: 1, max: 5 }) }), {
        minLength: 1,
        maxLength: 4,
        selector: ({ place }) => place,
      }),
    }),
    fc.record({ kind: fc.constant('pick' as const), key: fc.constantFrom('a', 'b', 'c'), avoids: fc.boolean() }),
    fc.record({
      kind: fc.constant('end' as const),
      which: fc.nat(),
      result: fc.constantFrom<AttemptResult>('response', 'reset', 'cancelled', 'timeout'),
      status: fc.constantFrom(200, 503),
      after: fc.integer({ min: 1, max: 20_000 }),
    }),
  ),
  { maxLength: 10 },
)
const balances = fc.constantFrom<Balance>('weighted', 'random', 'least-request', 'peak-ewma', 'consistent-hash')

/** Lets the pool's promises run. */
const settle = async () => {
  for (let turn = 0; turn < 8; turn++) await Promise.resolve()
}

class Run {
  readonly model = new ReferenceMembers()
  readonly lifeOf = new Map<Target, Life>()
  readonly flights: Target[] = []
  readonly #clock = fakeClock()
  readonly #feed = listFeed()
  readonly #closing = new Map<Target, () => void>()
  readonly pool

  constructor(balance: Balance) {
    const targets = discover(this.#feed.discover)
    const settings = upstreamSchema.parse({ targets, balance, slowStart: { window: '5s' }, ejection: { consecutive5xx: 2, maxShare: 50 } })
    this.pool = createUpstreamPool({ name: 'users', settings }, { log, clock: this.#clock, count: () => undefined })
  }

  async list(places: Extract<Step, { kind: 'list' }>['places']): Promise<void> {
    await this.#feed.push(places.map(({ place, weight }) => ({ url: urlOf(place), weight })))
    this.model.replace(places.map(({ place }) => place))
    const { present } = this.model
    this.pool.targets.forEach((target, index) => {
      const life = present[index] as Life
      const known = this.lifeOf.get(target)
      if (known && known !== life) throw new Error(`${target.url} should be another target than before`)
      if (!known && [...this.lifeOf.values()].includes(life)) throw new Error(`${target.url} should be the same target as before`)
      if (!known) this.#adopt(target, life)
    })
  }

  /** Its connections close when its requests are over, as undici's do. */
  #adopt(target: Target, life: Life): void {
    this.lifeOf.set(target, life)
    const close = () =>
      new Promise<void>((resolve) => {
        if (target.active === 0) resolve()
        else this.#closing.set(target, resolve)
      })
    Object.assign(target.dispatcher, { close })
  }

  pick({ key, avoids }: Extract<Step, { kind: 'pick' }>): void {
    const target = this.pool.pick(avoids ? this.flights.slice(-1) : undefined, { affinity: key })
    if ((target === undefined) !== (this.model.present.length === 0)) throw new Error(`picked ${target?.url}`)
    if (!target) return
    const life = this.lifeOf.get(target)
    if (!life || !this.model.present.includes(life)) throw new Error(`${target.url} is gone and was picked`)
    target.active++
    life.requests++
    this.flights.push(target)
  }

  async end({ which, result, status, after }: Extract<Step, { kind: 'end' }>): Promise<void> {
    this.#clock.advance(after)
    const [target] = this.flights.splice(which % Math.max(1, this.flights.length), 1)
    if (!target) return
    target.active--
    const life = this.lifeOf.get(target) as Life
    life.requests--
    this.pool.report(target, result, result === 'response' ? status : 0, 5)
    if (target.active === 0) this.#closing.get(target)?.()
    await settle()
  }

  check(): void {
    const served = this.pool.serving.map((target) => this.lifeOf.get(target) as Life)
    const byNumber = (a: Life, b: Life) => a.number - b.number
    const wanted = [...this.model.served].sort(byNumber)
    const found = served.sort(byNumber)
    if (found.length !== wanted.length || found.some((life, index) => life !== wanted[index]))
      throw new Error(`serves ${found.map(({ number }) => number)}, wanted ${wanted.map(({ number }) => number)}`)
    for (const target of this.pool.serving)
      if (target.active !== this.lifeOf.get(target)?.requests) throw new Error(`${target.url} counts ${target.active}`)
    for (const target of this.lifeOf.keys())
      if (!this.pool.targets.includes(target) && this.pool.isEjected(target)) throw new Error(`${target.url} is gone and ejected`)
  }
}

test('no target that left is picked, one that stays is the same, and counts end at zero: 10,000 runs against a reference', async (t) => {
  let picked = 0
  await fc.assert(
    fc.asyncProperty(balances, steps, async (balance, given) => {
      const run = new Run(balance)
      for (const step of given) {
        if (step.kind === 'list') await run.list(step.places)
        else if (step.kind === 'pick') run.pick(step)
        else await run.end(step)
        await settle()
        run.check()
      }
      picked += run.flights.length
      while (run.flights.length > 0) await run.end({ kind: 'end', which: 0, result: 'response', status: 200, after: 1 })
      run.check()
      const left = [...run.lifeOf].filter(([target, { requests }]) => target.active !== 0 || requests !== 0)
      if (left.length > 0) throw new Error('a count is not zero')
      await run.pool.close()
    }),
    { numRuns: 10_000 },
  )
  t.true(picked > 5_000, `only ${picked} picks`)
})
