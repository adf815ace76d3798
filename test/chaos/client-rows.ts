import { setTimeout as wait } from 'node:timers/promises'
import { type ChaosTable, CLIENTS } from './chaos-row.js'
import type { Fault } from './fault-proxy.js'
import { countdown, runLoad } from './load.js'
import { openStage } from './open-stage.js'

const FAULTS: readonly Fault[] = ['none', 'latency', 'reset', 'cut', 'slow close', 'bandwidth', 'black hole']
/** More than the sockets on the way hold, so that a slow reader holds the gateway back. */
const LARGE = 2_000_000
const RELEASE_MS = 10_000

async function asked(url: string, signal: AbortSignal, upload: boolean): Promise<void> {
  const init = upload ? { method: 'POST', body: 'x'.repeat(LARGE) } : {}
  const response = await fetch(url, { ...init, signal })
  await response.arrayBuffer()
}

/** Clients that ask for, or send, large bodies through the faulty way, over and over until told to end. */
function startIllClients(url: string, upload: boolean) {
  const over = new AbortController()
  let failed = 0
  const client = async () => {
    while (!over.signal.aborted) await asked(url, over.signal, upload).catch(() => failed++)
  }
  const all = Promise.all(Array.from({ length: CLIENTS }, client))
  return async () => {
    over.abort()
    await all
    return failed
  }
}

async function runOne(fault: Fault, way: 'downloads' | 'uploads', requests: number) {
  const upload = way === 'uploads'
  const stage = await openStage(2, { timeouts: { headers: '5s', total: '10s' } })
  try {
    if (!upload) for (const target of stage.targets) target.size = LARGE
    stage.entrance.fault = fault
    // Of an upload, the fault meets a piece in the middle.
    stage.entrance.every = upload ? 5 : 1
    const end = startIllClients(stage.entrance.url, upload)
    await wait(200)
    for (const target of stage.targets) target.size = 11
    const result = await runLoad(stage.url, CLIENTS, countdown(requests))
    await end()
    const deadline = performance.now() + RELEASE_MS
    let left = await stage.metric('gatewright_requests_in_flight')
    for (; left > 0 && performance.now() < deadline; left = await stage.metric('gatewright_requests_in_flight')) await wait(20)
    return { fault, mechanism: way, result, figures: { 'left in flight': left } }
  } finally {
    await stage.close()
  }
}

/** Faults between some clients and the gateway: what they cost the others. */
export const clientLink: ChaosTable = {
  title: 'The link of half of the clients',
  about: `${CLIENTS} clients send or fetch bodies of 2 MB through the fault; the figures are those of ${CLIENTS} others, whose way is well. "Left in flight" are requests that the gateway still holds once all have gone.`,
  async *rows({ requests, wants }) {
    for (const fault of FAULTS)
      for (const way of ['downloads', 'uploads'] as const) if (wants(fault, way)) yield await runOne(fault, way, requests)
  },
}
