import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import type { Contender } from './contender.js'
import type { BenchOptions } from './options.js'
import { residentMb } from './processes.js'

/** Opened before the first look, so that what a process takes once is not counted. */
const FIRST = 200
/** Connections that are opened at once. */
const BATCH = 50
const SETTLE_MS = 250
const MOST_SETTLES = 12
/** Memory is at rest when it changes by less than this between two looks. */
const REST_MB = 0.25

async function openIdle(port: number, path: string): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  // Also while nothing is awaited: a connection that is reset must end the row, not the process.
  socket.on('error', () => socket.destroy())
  await once(socket, 'connect')
  socket.write(`GET ${path} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\n\r\n`)
  const [answer] = (await once(socket, 'data')) as [Buffer]
  if (!answer.toString('latin1').startsWith('HTTP/1.1 200 ')) throw new Error(`answered ${answer.toString('latin1').slice(0, 100)}`)
  socket.resume()
  return socket
}

async function restingMb({ pid, collectGarbage }: Contender): Promise<number> {
  let before = residentMb(pid)
  for (let turn = 0; turn < MOST_SETTLES; turn += 1) {
    collectGarbage?.()
    await wait(SETTLE_MS)
    const now = residentMb(pid)
    if (Math.abs(now - before) < REST_MB) return now
    before = now
  }
  return before
}

async function openMany(sockets: Socket[], count: number, { target: { port, row } }: Contender): Promise<void> {
  for (let left = count; left > 0; left -= BATCH)
    sockets.push(...(await Promise.all(Array.from({ length: Math.min(BATCH, left) }, () => openIdle(port, row.path)))))
}

/** KiB of resident memory that each of `options.idle` connections takes that has had one answer and is kept alive. */
export async function runIdle(contender: Contender, { idle }: BenchOptions): Promise<number> {
  const sockets: Socket[] = []
  try {
    await openMany(sockets, FIRST, contender)
    const before = await restingMb(contender)
    await openMany(sockets, idle, contender)
    const after = await restingMb(contender)
    const lost = sockets.filter(({ destroyed }) => destroyed).length
    if (lost > 0) throw new Error(`${contender.peer.name} on "${contender.target.row.name}": ${lost} idle connections were closed`)
    return ((after - before) * 1_024) / idle
  } finally {
    for (const socket of sockets) socket.destroy()
  }
}
