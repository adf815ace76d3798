import type { ServerResponse } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import type { ExecutionContext } from 'ava'
import { SECRET } from '../fixtures/clocks/routes.js'
import { startUpstream } from '../helpers/start-gateway.js'
import { hmac, rawToken } from '../helpers/tokens.js'
import { type ClockFleet, type ClockMember, statuses, waitFor } from './clocks-fleet.js'

/** The upstream of a fleet: it numbers its answers, and can hold those to `/slots`. */
export interface SharedService {
  readonly url: string
  /** Whether `/slots` is not answered. */
  holds: boolean
  readonly held: ServerResponse[]
  /** Most that were held at once. */
  most: number
  /** How often `/once` was carried out. */
  once: number
}

export async function startService(t: ExecutionContext): Promise<SharedService> {
  let count = 0
  const { url } = await startUpstream(t, ({ url: path, method }, res) => {
    // Its clock is none of those of the gateways, and it does not tell.
    res.sendDate = false
    if (path === '/slots' && service.holds) {
      service.most = Math.max(service.most, service.held.push(res))
      return
    }
    if (path === '/once') service.once += 1
    const cached = path.startsWith('/cached') && method === 'GET'
    const age = path.startsWith('/cached/short') ? 1 : 600
    res.writeHead(200, cached ? { 'cache-control': `max-age=${age}`, 'surrogate-key': path.slice(8) } : {}).end(`body ${++count}`)
  })
  const service: SharedService = { url, holds: false, held: [], most: 0, once: 0 }
  return service
}

/** Answers what is held. */
export function letGo(service: SharedService): void {
  service.holds = false
  for (const res of service.held.splice(0)) res.end()
}

/** Holds that three slots are shared, and come free when given back. */
export async function sharesSlots(t: ExecutionContext, fleet: ClockFleet, service: SharedService): Promise<void> {
  const client = `slots-${Math.random()}`
  service.holds = true
  service.most = 0
  let refused = 0
  const answers = fleet.flatMap((member) =>
    Array.from({ length: 4 }, async () => {
      const answer = await member.decide('/slots', client)
      if (answer.status === 429) refused += 1
      return answer
    }),
  )
  // A try that failed ends the fleet under those that are held.
  for (const answer of answers) answer.catch(() => undefined)
  await waitFor('nine of twelve requests to be refused', () => refused === 9)
  await waitFor('three to be held', () => service.held.length === 3)
  letGo(service)
  t.deepEqual(statuses(await Promise.all(answers)), { 200: 3, 429: 9 })
  t.is(service.most, 3)
  for (const { shift, send } of fleet) await waitFor(`a free slot by ${shift}`, async () => (await send('/slots', client)).status === 200)
}

/** Holds that a key is carried out once, whoever is asked, and that its answer is there for all. */
export async function carriesOutOnce(t: ExecutionContext, fleet: ClockFleet, service: SharedService, key: string): Promise<void> {
  const before = service.once
  const more = { method: 'POST' as const, body: 'a', headers: { 'idempotency-key': key } }
  const all = await Promise.all([...fleet, ...fleet].map(({ decide }) => decide('/once', 'ann', more)))
  t.true(all.every(({ status }) => status === 200 || status === 409))
  for (const { shift, send } of fleet)
    await waitFor(`the kept answer of ${key} by ${shift}`, async () => {
      const { status, headers } = await send('/once', 'ann', more)
      return status === 200 && headers['idempotency-replayed'] === 'true'
    })
  t.is(service.once - before, 1, key)
}

const bodyFrom = async ({ send }: ClockMember, path: string) => (await send(path, 'any')).body

/** Holds that what one stored all give, until any of them purges it. */
export async function sharesResponses(t: ExecutionContext, fleet: ClockFleet): Promise<void> {
  for (const filler of fleet)
    for (const purger of fleet) {
      let [id, path, first] = ['', '', '']
      // Who asks before the first has told what it stored, or is not answered in time, has a response of its own for long.
      await waitFor(`all to give what ${filler.shift} stored`, async () => {
        id = `${filler.shift}to${purger.shift}at${Math.random()}`
        path = `/cached/${id}`
        first = await bodyFrom(filler, path)
        await delay(100)
        const bodies = await Promise.all(fleet.map((member) => bodyFrom(member, path)))
        return bodies.every((body) => body === first)
      })
      await waitFor(`the purge of ${path}`, async () => (await purger.admin('/cache/purge', { tag: id })) === 200)
      for (const member of fleet)
        await waitFor(`${path} to be gone at ${member.shift}`, async () => (await bodyFrom(member, path)) !== first)
      // Nobody takes the old one up again from where all of them look.
      for (const member of [...fleet, ...fleet]) t.not(await bodyFrom(member, path), first, `${path} at ${member.shift}`)
    }
}

/** Holds that nobody gives for longer what somebody stored for a second. */
export async function sharesFreshness(t: ExecutionContext, fleet: ClockFleet): Promise<void> {
  const pathOf = ({ shift }: ClockMember) => `/cached/short${shift}`
  const stored = await Promise.all(fleet.map((member) => bodyFrom(member, pathOf(member))))
  await delay(1_100)
  for (const [index, filler] of fleet.entries())
    for (const member of fleet)
      t.not(await bodyFrom(member, pathOf(filler)), stored[index], `stored by ${filler.shift}, given by ${member.shift}`)
}

/** Holds that a revocation by one of them, whatever its clock, holds at all. */
export async function sharesRevocations(t: ExecutionContext, fleet: ClockFleet): Promise<void> {
  const now = Math.floor(Date.now() / 1_000)
  for (const { admin, shift } of fleet) {
    const sub = `${shift}-${Math.random()}`
    const signed = rawToken({ alg: 'HS256' }, { iss: 'clocks', aud: 'api', sub, iat: now - 3_600, exp: now + 3_600 }, hmac(SECRET))
    const more = { headers: { authorization: `Bearer ${signed}` } }
    const status = async ({ decide }: ClockMember) => (await decide('/token', 'any', more)).status
    for (const member of fleet) t.is(await status(member), 200)
    await waitFor(`${shift} to take a revocation`, async () => (await admin('/revocations', { issuer: 'clocks', sub })) === 204)
    for (const member of fleet)
      await waitFor(`the revocation by ${shift} to hold at ${member.shift}`, async () => (await status(member)) === 401)
  }
}
