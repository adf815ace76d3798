import { setTimeout as wait } from 'node:timers/promises'
import { closeAfter } from './edge/last-response.js'
import type { Listener } from './edge/listener.js'
import type { Observer } from './observe/observer.js'

/** How long the two stages of stopping may take, in milliseconds. */
export interface DrainSettings {
  /** How long to go on accepting while load balancers notice that readiness is off. */
  readonly preStop: number
  /** Then: longest wait for exchanges in flight. */
  readonly longest: number
  /** What goes on after its response; asked to close once responses have to close their connection. */
  readonly tunnels: { drain(): void; closed(): Promise<void> }
  /** Called when responses have to close their connection from now on. */
  startDraining(): void
}

/**
 * Stops taking traffic without losing a request: goes on accepting for `preStop`, then closes each connection after its
 * response, asks tunnels to close, and waits for what is in flight. Returns false if exchanges had to be cut.
 */
export async function drain(listener: Listener, observer: Observer, settings: DrainSettings): Promise<boolean> {
  if (!listener.server.listening) return true
  if (settings.preStop > 0) await wait(settings.preStop)
  settings.startDraining()
  settings.tunnels.drain()
  for (const { req, res } of observer.active) if (!res.headersSent) closeAfter(req, res)
  listener.drain()
  const abort = new AbortController()
  const late = wait(settings.longest, false, { signal: abort.signal }).catch(() => true)
  const done = allDone(listener, observer)
    .then(() => settings.tunnels.closed())
    .then(() => true)
  const complete = await Promise.race([done, late])
  abort.abort()
  listener.destroy()
  return complete
}

/** Exchanges that come in on connections accepted before the listener closed count too. */
async function allDone(listener: Listener, observer: Observer): Promise<void> {
  while (observer.active.size > 0) {
    await observer.drained(new Set(observer.active))
    listener.closeIdle()
  }
}
