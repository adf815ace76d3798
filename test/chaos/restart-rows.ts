import { setTimeout as wait } from 'node:timers/promises'
import type { UpstreamOptions } from 'gatewright'
import { type ChaosTable, CLIENTS } from './chaos-row.js'
import { runLoad } from './load.js'
import { openStage } from './open-stage.js'

const MECHANISMS: Readonly<Record<string, Partial<UpstreamOptions>>> = {
  nothing: { retry: false, ejection: false },
  defaults: {},
  retry: { retry: {} },
  'retry and health': { retry: {}, health: { path: '/healthz', interval: '200ms' } },
}
/** Between two restarts; milliseconds. */
const APART_MS = 100

/** Every target of three restarted, one after the other. */
export const rollingRestart: ChaosTable = {
  title: 'A restart of every target in turn',
  about:
    'Three targets, each gone for 50 ms, under a load of GET requests that lasts until all have been restarted. Stopped: requests under way end first; killed: they do not.',
  async *rows({ wants }) {
    for (const fault of ['stopped', 'killed'])
      for (const [mechanism, options] of Object.entries(MECHANISMS).filter(([name]) => wants(fault, name))) {
        const stage = await openStage(3, { ...options, timeouts: { total: '30s' } })
        try {
          let restarting = true
          const load = runLoad(stage.url, CLIENTS, () => restarting)
          for (const target of stage.targets) {
            await wait(APART_MS)
            await target.restart(fault === 'killed')
          }
          await wait(APART_MS)
          restarting = false
          const result = await load
          const attempts = (stage.attempts() / result.requests).toFixed(2)
          yield { fault, mechanism, result, figures: { 'attempts per request': attempts } }
        } finally {
          await stage.close()
        }
      }
  },
}
