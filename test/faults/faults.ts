import { setTimeout as wait } from 'node:timers/promises'
import { ChildGateway } from './child-gateway.js'
import { CLIENT_BEHAVIOURS, HONEST, runClient } from './faulty-client.js'
import { FaultyUpstream, UPSTREAM_FAULTS } from './faulty-upstream.js'
import { pick, seededRandom } from './random.js'

/** How many connections, and which. */
export interface FaultsOptions {
  readonly connections: number
  readonly seed: number
}

/** What a run found; every list must be empty, and what is counted after must be what it was before. */
export interface FaultsResult {
  readonly seconds: number
  /** Connections by client behaviour, upstream fault and first line of the answer. */
  readonly outcomes: ReadonlyMap<string, number>
  /** Honest clients of a well-behaved upstream that were not answered 200. */
  readonly wronged: readonly string[]
  /** Connections that the gateway left open. */
  readonly hanging: readonly string[]
  readonly failures: readonly string[]
  readonly inFlight: number
  readonly descriptors: { readonly before: number; readonly after: number }
  readonly upstreamSockets: number
  /** Of 300 ordinary requests on each lane afterwards, those that failed. */
  readonly lost: readonly string[]
}

const LANES = ['direct', 'hapi', 'buffered'] as const
const AT_ONCE = 100
const BURST = 300
/** Longest that the gateway may take to let go of everything: its timeouts, and its pool's idle time. */
const SETTLE_MS = 20_000

const firstLine = (text: string | undefined) => (text === undefined ? 'still open' : text.split('\r\n', 1)[0] || 'closed')
const isOk = (text: string | undefined) => text?.startsWith('HTTP/1.1 200 ') === true && text.includes('{"ok":true}')

/** Runs `count` jobs, so many at a time. */
async function runAll(count: number, atOnce: number, job: (index: number) => Promise<void>): Promise<void> {
  let next = 0
  const work = async () => {
    for (let index = next++; index < count; index = next++) await job(index)
  }
  await Promise.all(Array.from({ length: atOnce }, work))
}

/** Waits until something holds, as long as the gateway may take to let go of everything. */
export async function settles(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = Date.now() + SETTLE_MS; Date.now() < end && !(await condition()); ) await wait(100)
}

/** The burst that shows whether every connection of the pools can still be used. */
export async function burst(gateway: ChildGateway): Promise<string[]> {
  const lost: string[] = []
  for (const lane of LANES)
    await runAll(BURST, AT_ONCE, async () => {
      const text = await runClient(gateway.url, 'get', `/${lane}/ok`, Math.random)
      if (!isOk(text)) lost.push(`${lane}: ${firstLine(text)}`)
    })
  return lost
}

export type Attack = Pick<FaultsResult, 'outcomes' | 'wronged' | 'hanging'>

/** Connections with faults on both sides, picked by the seed. */
export async function attack(gateway: ChildGateway, { connections, seed }: FaultsOptions): Promise<Attack> {
  const random = seededRandom(seed)
  const behaviours = Object.keys(CLIENT_BEHAVIOURS)
  const faults = [...Object.keys(UPSTREAM_FAULTS), 'early']
  const outcomes = new Map<string, number>()
  const wronged: string[] = []
  const hanging: string[] = []
  await runAll(connections, AT_ONCE, async (index) => {
    const behaviour = pick(random, behaviours)
    const fault = pick(random, faults)
    const lane = pick(random, LANES)
    const text = await runClient(gateway.url, behaviour, `/${lane}/${fault}`, seededRandom(seed + index))
    const title = `${lane}, client ${behaviour}, upstream ${fault}: ${firstLine(text)}`
    outcomes.set(title, (outcomes.get(title) ?? 0) + 1)
    if (text === undefined) hanging.push(title)
    if (fault === 'ok' && HONEST.has(behaviour) && !isOk(text)) wronged.push(title)
  })
  return { outcomes, wronged, hanging }
}

/** Lets clients and an upstream misbehave in every combination, by a seed, and looks at what is left of it in the gateway. */
export async function runFaults(options: FaultsOptions): Promise<FaultsResult> {
  const upstream = new FaultyUpstream()
  const gateway = await ChildGateway.start(await upstream.listen(), '3s')
  const quiet = async () => (await gateway.inFlight()) === 0 && upstream.sockets.size === 0
  try {
    await burst(gateway)
    await settles(quiet)
    await wait(500)
    const before = gateway.descriptors()
    const began = performance.now()
    const found = await attack(gateway, options)
    const seconds = (performance.now() - began) / 1_000
    const lost = await burst(gateway)
    await settles(async () => {
      if (!(await quiet())) return false
      // The question itself came over a connection, which is still closing.
      await wait(300)
      return gateway.descriptors() <= before
    })
    const after = gateway.descriptors()
    const { failures } = await gateway.report()
    return {
      ...found,
      seconds,
      lost,
      failures,
      inFlight: await gateway.inFlight(),
      upstreamSockets: upstream.sockets.size,
      descriptors: { before, after },
    }
  } finally {
    await gateway.stop()
    upstream.close()
  }
}
