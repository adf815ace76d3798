import { cache, defineGateway, route, upstream } from 'gatewright'
import { fakeUpstream, type ReceivedRequest, testGateway } from 'gatewright/testing'
import { type FakeClock, fakeClock } from '../helpers/fake-clock.js'
import type { Row, Step, Values } from './row.js'

/** What the upstream answers next, and what it was asked last. */
interface Script {
  next: Step['answer']
  asked: ReceivedRequest | undefined
  count: number
}

/** A gateway for each set of options, an upstream behind them, and their time. */
export interface Stage {
  readonly clock: FakeClock
  readonly script: Script
  /** Base URL of the gateway whose cache has the row's options. */
  gatewayFor(row: Row): Promise<string>
  close(): Promise<void>
}

/** Values with the dates written out. */
export function written(values: Values, clock: FakeClock): Record<string, string | string[]> {
  const date = (text: string) => (/^@-?\d+$/.test(text) ? new Date(clock.wall() + Number(text.slice(1)) * 1_000).toUTCString() : text)
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) =>
      value === null ? [] : [[name, typeof value === 'string' ? date(value) : value.map(date)]],
    ),
  )
}

/** Opens a stage whose routes take the given lane. */
export async function openStage(lifecycle: 'direct' | 'hapi'): Promise<Stage> {
  const clock = fakeClock(Math.floor(Date.now() / 1_000) * 1_000)
  const script: Script = { next: {}, asked: undefined, count: 0 }
  const origin = await fakeUpstream((request, res) => {
    script.asked = request
    script.count++
    const { status = 200, headers = {}, cut } = script.next ?? {}
    res.sendDate = false
    if (cut && Object.keys(headers).length === 0) res.destroy()
    else if (cut) res.writeHead(status, written(headers, clock)).write('half', () => res.destroy())
    else res.writeHead(status, written(headers, clock)).end(status === 304 || status === 204 ? undefined : `answer ${script.count}`)
  })
  const gateways = new Map<string, ReturnType<typeof testGateway>>()
  const start = async (options: object) => {
    const up = upstream('up', { targets: [origin.url] })
    const any = route({ method: '*', path: '/{path*}', upstream: up, lifecycle, use: { cache: cache(options) } })
    const server = { overload: false as const }
    const gateway = testGateway(defineGateway({ info: { title: 'Cache', version: '1.0.0' }, server, routes: { any } }), { clock })
    await gateway.start()
    return gateway
  }
  return {
    clock,
    script,
    async gatewayFor({ options }) {
      const name = JSON.stringify(options)
      const gateway = gateways.get(name) ?? (await start(options))
      gateways.set(name, gateway)
      return gateway.url
    },
    async close() {
      await Promise.all([...gateways.values()].map((gateway) => gateway.stop({ now: true })))
      await origin.close()
    },
  }
}
