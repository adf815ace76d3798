import type { UpstreamOptions } from 'gatewright'
import { type ChaosRow, type ChaosSize, type ChaosTable, CLIENTS } from './chaos-row.js'
import type { Fault } from './fault-proxy.js'
import { countdown, runLoad } from './load.js'
import { type ChaosStage, openStage } from './open-stage.js'

type Mechanisms = Readonly<Record<string, Partial<UpstreamOptions>>>

/** Every so many pieces of what goes to the faulty target meet the fault. */
const EVERY = 4
const TRIED_ANEW = { perTry: '250ms' } as const
const EJECTED = { baseTime: '30s' } as const
/** Its opening time is longer than a run, as an ejection is. */
const BROKEN_OFF = { per: 'target', minRequests: 10, failureRatio: 0.2, open: '30s' } as const
const PROBED = { path: '/healthz', interval: '200ms' } as const

/** Without what is on by default. */
const OFF = { retry: false, ejection: false } as const

const ON_THE_WAY: Mechanisms = {
  nothing: OFF,
  defaults: {},
  retry: { ...OFF, retry: TRIED_ANEW },
  hedge: { ...OFF, hedge: { after: '50ms' } },
  health: { ...OFF, health: PROBED },
  ejection: { ...OFF, ejection: EJECTED },
  'breaker per target': { ...OFF, breaker: BROKEN_OFF },
  all: { retry: TRIED_ANEW, hedge: { after: '50ms' }, health: PROBED, ejection: EJECTED, breaker: BROKEN_OFF },
}

const AT_503: Mechanisms = {
  nothing: OFF,
  retry: { ...OFF, retry: {} },
  ejection: { ...OFF, ejection: EJECTED },
  'retry and ejection': { retry: {}, ejection: EJECTED },
  'retry and breaker per target': { ...OFF, retry: {}, breaker: BROKEN_OFF },
  'retry and health': { ...OFF, retry: {}, health: PROBED },
}

const ALL_AT_503: Mechanisms = {
  nothing: OFF,
  'retry without a budget': { ...OFF, retry: { attempts: 3, budget: false } },
  retry: { ...OFF, retry: { attempts: 3 } },
  'retry and breaker': { ...OFF, retry: { attempts: 3 }, breaker: { minRequests: 20, open: '30s' } },
}

const SLOW_MS = 400
const WHEN_SLOW: Mechanisms = {
  nothing: OFF,
  'least-request': { ...OFF, balance: 'least-request' },
  'peak-ewma': { ...OFF, balance: 'peak-ewma' },
  hedge: { ...OFF, hedge: { after: '50ms' } },
  'breaker per target, by slow calls': { ...OFF, breaker: { ...BROKEN_OFF, slowCall: '200ms', slowRatio: 0.5 } },
}
const ALL_SLOW: Mechanisms = {
  nothing: OFF,
  'breaker by slow calls': { ...OFF, breaker: { minRequests: 20, open: '30s', slowCall: '200ms', slowRatio: 0.5 } },
  'bulkhead of 5': { ...OFF, bulkhead: { max: 5, queue: 0 } },
}

/** Runs one load after `harm` has done its harm; attempts are counted from the first request on. */
async function runOne(
  fault: string,
  mechanism: string,
  options: Partial<UpstreamOptions>,
  { requests }: ChaosSize,
  harm: (stage: ChaosStage) => void,
): Promise<ChaosRow> {
  const stage = await openStage(2, options)
  try {
    harm(stage)
    const result = await runLoad(stage.url, CLIENTS, countdown(requests))
    return { fault, mechanism, result, figures: { 'attempts per request': (stage.attempts() / result.requests).toFixed(2) } }
  } finally {
    await stage.close()
  }
}

async function* each(fault: string, mechanisms: Mechanisms, size: ChaosSize, harm: (stage: ChaosStage) => void) {
  for (const [name, options] of Object.entries(mechanisms))
    if (size.wants(fault, name)) yield await runOne(fault, name, options, size, harm)
}

const FAULTS: readonly Fault[] = ['none', 'latency', 'reset', 'cut', 'slow close', 'bandwidth', 'black hole']

/** Faults between the gateway and one of its two targets. */
export const upstreamLink: ChaosTable = {
  title: 'The link to one of two targets',
  about: `Every ${EVERY}th request on the way to one of two targets meets the fault. \`retry\` has \`perTry: '250ms'\`, \`hedge\` \`after: '50ms'\`; the upstream has \`headers: '1s'\`; \`nothing\` is \`retry: false, ejection: false\`, and the others but \`defaults\` and \`all\` have no more than what they are called by.`,
  async *rows(size) {
    for (const fault of FAULTS)
      yield* each(fault, ON_THE_WAY, size, ({ proxy }) => {
        proxy.every = EVERY
        proxy.fault = fault
      })
  },
}

/** Targets that answer, but badly. */
export const illTargets: ChaosTable = {
  title: 'Targets that answer 503, or late',
  about: `Two targets; \`nothing\` is \`retry: false, ejection: false\`. A slow one takes ${SLOW_MS} ms, one that is well 2 ms. A breaker or an ejection lasts longer than the run.`,
  async *rows(size) {
    yield* each('one target always answers 503', AT_503, size, ({ targets: [one] }) => void (one && (one.status = 503)))
    yield* each('every target always answers 503', ALL_AT_503, size, ({ targets }) => {
      for (const target of targets) target.status = 503
    })
    yield* each('one target is slow', WHEN_SLOW, size, ({ targets: [one] }) => void (one && (one.delay = SLOW_MS)))
    yield* each('every target is slow', ALL_SLOW, size, ({ targets }) => {
      for (const target of targets) target.delay = SLOW_MS
    })
  },
}
