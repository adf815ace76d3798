import { loadavg } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import type { ExecutionContext } from 'ava'
import { runScript } from '../helpers/processes.js'
import { isBusy } from '../helpers/timed-test.js'

/** An answer of a gateway. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: string
}

/** One gateway process with a clock of its own. */
export interface ClockMember {
  /** How far its clock is ahead, in milliseconds. */
  readonly shift: number
  send(path: string, client: string, more?: RequestInit): Promise<Answer>
  /** Sends JSON to its admin listener; resolves to the status. */
  admin(path: string, body: object): Promise<number>
}

export type ClockFleet = readonly ClockMember[]

/** Five minutes behind, right, and five minutes ahead. */
const SHIFTS = [-300_000, 0, 300_000]

const fetchAnswer = async (url: string, init: RequestInit): Promise<Answer> => {
  const response = await fetch(url, init)
  return { status: response.status, headers: response.headers, body: await response.text() }
}

/** Starts three gateways whose clocks differ, in front of one upstream and over one Redis. */
export function startClockFleet(t: ExecutionContext, upstream: string, redis: object): Promise<ClockFleet> {
  const started = SHIFTS.map(async (shift): Promise<ClockMember> => {
    const { shows } = runScript(t, 'test/fixtures/clocks/gateway.ts', [upstream, JSON.stringify(redis)], { CLOCK_SHIFT_MS: String(shift) })
    const [, url, adminUrl] = /listening at (\S+) and (\S+), ready/.exec(await shows(/, ready/)) ?? []
    return {
      shift,
      send: (path, client, more = {}) => fetchAnswer(url + path, { ...more, headers: { 'x-client': client, ...more.headers } }),
      admin: async (path, body) => {
        const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
        return (await fetchAnswer(adminUrl + path, init)).status
      },
    }
  })
  return Promise.all(started)
}

/** The statuses of answers, each with how often it came. */
export function statuses(answers: readonly Answer[]): Readonly<Record<number, number>> {
  const counts: Record<number, number> = {}
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1
  return counts
}

/** Many requests of one client at once, spread over the fleet. */
export const burst = (fleet: ClockFleet, path: string, client: string, count: number): Promise<Answer[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => (fleet[index % fleet.length] as ClockMember).send(path, client)))

const SPARE = 20

/**
 * Holds that of `count` requests of a fresh client at once, spread over the fleet, exactly `limit` are admitted. A decision that Redis did
 * not take in 20 ms is a 503, which says nothing on a busy machine: there, and only there, another client tries again.
 */
export async function admitsExactly(
  t: ExecutionContext,
  fleet: ClockFleet,
  path: string,
  [limit, count]: readonly [number, number],
): Promise<string> {
  for (let spare = SPARE; ; spare -= 1) {
    const client = `${path}-${Math.random()}`
    const found = statuses(await burst(fleet, path, client, count))
    t.true((found[200] ?? 0) <= limit, `${path} admitted ${found[200]} of at most ${limit}`)
    if (found[503] !== undefined && spare > 0 && isBusy()) {
      t.log(`${path}: ${found[503]} of ${count} not decided in 20 ms at a load of ${loadavg()[0]}; another client tries`)
      await delay(250)
      continue
    }
    t.deepEqual(found, { 200: limit, 429: count - limit }, `${path}: ${limit} of ${count}`)
    return client
  }
}

/** Waits until something holds; fails, and says what it waited for, after `ms`. Resolves to how long it took. */
export async function waitFor(what: string, holds: () => Promise<boolean> | boolean, ms = 30_000): Promise<number> {
  const from = performance.now()
  while (!(await holds())) {
    if (performance.now() - from > ms) throw new Error(`waited ${ms} ms in vain for ${what}, at a load of ${loadavg()[0]}`)
    await delay(20)
  }
  return performance.now() - from
}
