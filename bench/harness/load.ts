import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Pool } from 'undici'
import { canPin, findCommand } from './processes.js'
import type { Row } from './rows.js'

/** What a burst of load saw. */
export interface LoadResult {
  readonly requests: number
  readonly failures: number
  readonly seconds: number
  /** Milliseconds. */
  readonly p99: number
}

/** Sends one row's request over and over for some seconds, on kept-alive connections. */
export type Loader = (row: Row, port: number, connections: number, seconds: number) => Promise<LoadResult>

const run = promisify(execFile)

function script(row: Row): string {
  const headers = Object.entries(row.headers).map(([name, value]) => `wrk.headers[${JSON.stringify(name)}] = ${JSON.stringify(value)}`)
  const body = row.body === undefined ? [] : [`wrk.body = ${JSON.stringify(row.body)}`]
  return [`wrk.method = "${row.method}"`, ...headers, ...body].join('\n')
}

const UNIT_MS: Readonly<Record<string, number>> = { us: 0.001, ms: 1, s: 1_000 }

function readWrk(text: string): LoadResult {
  const [, requests = '0', time = '0'] = /(\d+) requests in ([\d.]+)s/.exec(text) ?? []
  const [, p99 = '0', unit = 'ms'] = /99%\s+([\d.]+)(us|ms|s)/.exec(text) ?? []
  const errors = [/Non-2xx or 3xx responses: (\d+)/, /connect (\d+)/, /read (\d+)/, /write (\d+)/, /timeout (\d+)/]
  const failures = errors.reduce((sum, pattern) => sum + Number(pattern.exec(text)?.[1] ?? 0), 0)
  return { requests: Number(requests), failures, seconds: Number(time), p99: Number(p99) * (UNIT_MS[unit] ?? 1) }
}

function wrkLoader(wrk: string, core: number): Loader {
  const folder = mkdtempSync(join(tmpdir(), 'gatewright-load-'))
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  return async (row, port, connections, seconds) => {
    const file = join(folder, `${row.name}.lua`)
    writeFileSync(file, script(row))
    const args = [
      wrk,
      '-t1',
      `-c${connections}`,
      `-d${seconds}s`,
      '--latency',
      '--timeout',
      '5s',
      '-s',
      file,
      `http://127.0.0.1:${port}${row.path}`,
    ]
    const { stdout } = await (canPin ? run('taskset', ['-c', String(core), ...args]) : run(wrk, args.slice(1)))
    return readWrk(stdout)
  }
}

/** Stands in where wrk is not installed: heavier, and on this process's core. */
const undiciLoader: Loader = async (row, port, connections, seconds) => {
  const pool = new Pool(`http://127.0.0.1:${port}`, { connections, pipelining: 1 })
  const start = performance.now()
  const ends = start + seconds * 1_000
  const durations: number[] = []
  let failures = 0
  const caller = async () => {
    while (performance.now() < ends) {
      const sent = performance.now()
      const response = await pool.request({ path: row.path, method: row.method, headers: { ...row.headers }, body: row.body ?? null })
      await response.body.dump()
      if (response.statusCode !== 200) failures += 1
      durations.push(performance.now() - sent)
    }
  }
  await Promise.all(Array.from({ length: connections }, caller))
  const took = (performance.now() - start) / 1_000
  await pool.close()
  durations.sort((a, b) => a - b)
  return { requests: durations.length, failures, seconds: took, p99: durations[Math.floor(durations.length * 0.99)] ?? 0 }
}

/** wrk where it is installed, pinned to `core`; else a loader of undici's. */
export function createLoader(core: number): { readonly load: Loader; readonly name: string } {
  const wrk = findCommand('wrk')
  return wrk ? { load: wrkLoader(wrk, core), name: 'wrk' } : { load: undiciLoader, name: 'undici (wrk is not installed)' }
}
