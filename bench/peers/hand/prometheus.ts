import { Counter, Histogram, Registry } from 'prom-client'

const registry = new Registry()
const requests = new Counter({
  name: 'requests_total',
  help: 'Requests.',
  labelNames: ['route', 'method', 'status'],
  registers: [registry],
})
const durations = new Histogram({
  name: 'request_duration_seconds',
  help: 'Durations.',
  labelNames: ['route'],
  buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  registers: [registry],
})

/** Counts a response with prom-client, as applications do. */
export function observe(method: string, status: number, milliseconds: number): void {
  requests.inc({ route: 'items.get', method, status })
  durations.observe({ route: 'items.get' }, milliseconds / 1_000)
}
