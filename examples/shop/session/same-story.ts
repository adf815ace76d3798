import { readMetric } from './read-metric.js'
import type { Stage } from './stage.js'

/** How often each `route method status` was answered. */
export type RequestCounts = ReadonlyMap<string, number>

const keyOf = (route: string, method: string, status: number | string) => `${route || '(none)'} ${method} ${status}`

function count(keys: readonly string[]): RequestCounts {
  const counts = new Map<string, number>()
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1)
  return counts
}

/** Reads `gatewright_requests_total` from the admin listener. */
export async function readRequestCounts(adminUrl: string): Promise<RequestCounts> {
  const samples = await readMetric(adminUrl, 'gatewright_requests_total')
  return new Map(samples.map(({ labels: { route = '', method = '', status = '' }, value }) => [keyOf(route, method, status), value]))
}

function differences(left: RequestCounts, right: RequestCounts): readonly string[] {
  const keys = [...new Set([...left.keys(), ...right.keys()])].sort()
  return keys
    .filter((key) => (left.get(key) ?? 0) !== (right.get(key) ?? 0))
    .map((key) => `${key}: ${left.get(key) ?? 0} against ${right.get(key) ?? 0}`)
}

/** Holds what the session did against the gateway's access log and metrics: all three must tell the same story. */
export async function compare({ shop, story, ledger }: Stage, before: RequestCounts): Promise<void> {
  story.chapter('The same story, told by the gateway')
  const { entries } = ledger
  await shop.log.waitFor(
    entries.filter(({ status }) => status > 0).map(({ requestId }) => requestId),
    5_000,
  )
  const after = await readRequestCounts(shop.adminUrl)
  const lines = [...shop.log.lines]
  const told = count(entries.map(({ route, method, status }) => keyOf(route, method, status)))
  for (const [key, times] of [...told].sort()) {
    const [route = '', method = '', status = ''] = key.split(' ')
    story.say(`${route.padEnd(16)} ${method.padEnd(6)} ${status}  ×${times}`)
  }

  const byId = new Map(lines.map((line) => [line.requestId, line]))
  const wrong = entries.filter((entry) => {
    const line = byId.get(entry.requestId)
    return line?.route !== entry.route || line.status !== entry.status || line.method !== entry.method
  })
  story.check(wrong.length === 0, `access log: each of the ${entries.length} requests has its line, with the same route and status`, wrong)

  const own = new Set(entries.map(({ requestId }) => requestId))
  const visitors = lines.filter(({ requestId }) => !own.has(requestId))
  if (visitors.length > 0) story.say(`(${visitors.length} requests came from somebody else in the meantime and are counted with them)`)
  const logged = count(lines.map(({ route, method, status }) => keyOf(route, method, status)))
  const rise = new Map([...after].map(([key, value]) => [key, value - (before.get(key) ?? 0)] as const).filter(([, value]) => value > 0))
  const diff = differences(rise, logged)
  story.check(diff.length === 0, `metrics: gatewright_requests_total rose by the same counts, ${rise.size} series of them`, diff)
}
