import type { Dispatcher } from 'undici'
import type { Target } from '../../runtime/upstreams/target.js'

/** Targets that are only picked, never sent to. */
export function fakeTargets(weights: readonly number[]): Target[] {
  return weights.map((weight, index) => ({
    url: `http://target-${index}`,
    origin: new URL(`http://target-${index}`),
    servername: undefined,
    authority: `target-${index}`,
    basePath: '',
    weight,
    priority: 0,
    labels: {},
    dispatcher: undefined as unknown as Dispatcher,
    active: 0,
    healthy: true,
  }))
}

/** A seeded source of numbers from 0 up to 1 (mulberry32), so that a failure can be played again. */
export function seededRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
