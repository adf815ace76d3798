import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'

// Below the ranges from which systems take ports by themselves: one of those may belong to any connection of another test
// as soon as its process has ended.
const LOWEST_PORT = 12_000
const HIGHEST_PORT = 32_000

/** Ports of 127.0.0.1 that were free a moment ago, all different. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const ports = new Set<number>()
  while (ports.size < count) {
    const port = LOWEST_PORT + randomInt(HIGHEST_PORT - LOWEST_PORT)
    if (!(await isTaken(port))) ports.add(port)
  }
  return [...ports]
}

/** One such port. */
export async function freePort(): Promise<number> {
  const [port = 0] = await freePorts(1)
  return port
}

/** Whether something holds this port of 127.0.0.1. */
export function isTaken(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(true))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(false)))
  })
}
