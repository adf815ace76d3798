import { loadavg } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import type { ExecutionContext } from 'ava'
import type { RedisOptions } from 'gatewright'
import { request } from 'undici'
import { systemClock } from '../../runtime/clock.js'
import { routesTo } from '../fixtures/clocks/routes.js'
import { runScript } from '../helpers/processes.js'
import { startGateway } from '../helpers/start-gateway.js'
import { isBusy } from '../helpers/timed-test.js'

/** An answer of a gateway. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** What is sent, beside the path. */
interface Sent {
  readonly method?: 'GET' | 'POST'
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** One gateway with a clock of its own. */
export interface ClockMember {
  /** How far its clock is ahead, in milliseconds. */
  readonly shift: number
  send(path: string, client: string, more?: Sent): Promise<Answer>
  /** As {@link send}, again and again until Redis has decided in time. */
  decide(path: string, client: string, more?: Sent): Promise<Answer>
  /** Sends JSON to its admin listener; resolves to the status. */
  admin(path: string, body: object): Promise<number>
}

export type ClockFleet = readonly ClockMember[]

/** Five minutes behind, right, and five minutes ahead. */
const SHIFTS = [-300_000, 0, 300_000]

const answerOf = async (url: string, { method = 'GET', headers = {}, body }: Sent): Promise<Answer> => {
  // To the callers they are one host.
  const came = await request(url, { method, headers: { host: 'api.example.org', ...headers }, body: body ?? null })
  const flat = Object.entries(came.headers).map(([name, value]) => [name, String(value)])
  return { status: came.statusCode, headers: Object.fromEntries(flat), body: await came.body.text() }
}

function memberAt(url: string, adminUrl: string, shift: number): ClockMember {
  const send: ClockMember['send'] = (path, client, more = {}) =>
    answerOf(url + path, { ...more, headers: { 'x-client': client, ...more.headers } })
  return {
    shift,
    send,
    async decide(path, client, more) {
      for (;;) {
        const answer = await send(path, client, more)
        if (answer.status !== 503) return answer
        await delay(20)
      }
    },
    async admin(path, body) {
      const init: Sent = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
      return (await answerOf(adminUrl + path, init)).status
    },
  }
}

/** Starts three gateways, each a process with another clock, in front of one upstream and over one Redis. */
export function startClockFleet(t: ExecutionContext, upstream: string, redis: RedisOptions): Promise<ClockFleet> {
  const started = SHIFTS.map(async (shift) => {
    const { shows } = runScript(t, 'test/fixtures/clocks/gateway.ts', [upstream, JSON.stringify(redis)], { CLOCK_SHIFT_MS: String(shift) })
    const [, url = '', adminUrl = ''] = /listening at (\S+) and (\S+), ready/.exec(await shows(/, ready/)) ?? []
    return memberAt(url, adminUrl, shift)
  })
  return Promise.all(started)
}

/** The same in this process: the clocks that differ are those that the gateways are given. */
export async function startClocksHere(t: ExecutionContext, upstream: string, redis: RedisOptions): Promise<ClockFleet> {
  const members: ClockMember[] = []
  for (const shift of SHIFTS) {
    const clock = { now: systemClock.now, wall: () => systemClock.wall() + shift }
    const { url, adminUrl } = await startGateway(t, routesTo(upstream), { redis }, { clock })
    members.push(memberAt(url, adminUrl, shift))
  }
  return members
}

/** The statuses of answers, each with how often it came. */
export function statuses(answers: readonly Answer[]): Readonly<Record<number, number>> {
  const counts: Record<number, number> = {}
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1
  return counts
}

/** Many requests of one client at once, spread over the fleet. */
const burst = (fleet: ClockFleet, path: string, client: string, count: number): Promise<Answer[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => (fleet[index % fleet.length] as ClockMember).send(path, client)))

const SPARE = 6

/**
 * Holds that of `count` requests of a fresh client at once, spread over the fleet, exactly `limit` are admitted. A decision that Redis did
 * not take in 20 ms is a 503 and may have been counted all the same. On a busy machine, and only there, other clients then try again; if
 * that is always so, what is held is that never more were admitted.
 */
export async function admitsExactly(
  t: ExecutionContext,
  fleet: ClockFleet,
  path: string,
  [limit, count]: readonly [number, number],
): Promise<string> {
  for (let spare = SPARE; ; spare -= 1) {
    const client = `${path}-${Math.random()}`
    const { 200: admitted = 0, 429: refused = 0, 503: undecided = 0 } = statuses(await burst(fleet, path, client, count))
    const where = `${path}: ${admitted} admitted, ${refused} refused, ${undecided} undecided of ${count} at a load of ${loadavg()[0]}`
    t.true(admitted <= limit && admitted + undecided >= limit && admitted + refused + undecided === count, where)
    if (admitted === limit && refused === count - limit) return client
    t.log(where)
    if (undecided === 0 || !isBusy()) t.fail(where)
    if (undecided === 0 || !isBusy() || spare === 0) return client
    await delay(250)
  }
}

/** Waits until something holds; fails, and says what it waited for, after `ms`. Resolves to how long it took. */
export async function waitFor(what: string, holds: () => Promise<boolean> | boolean, ms = 60_000): Promise<number> {
  const from = performance.now()
  while (!(await holds())) {
    if (performance.now() - from > ms) throw new Error(`waited ${ms} ms in vain for ${what}, at a load of ${loadavg()[0]}`)
    await delay(20)
  }
  return performance.now() - from
}
