import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Pool } from 'undici'
import { buildFolder } from './peers.js'
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

/** Where load goes, and what it is made of. */
export interface LoadTarget {
  readonly row: Row
  readonly port: number
  readonly connections: number
  /** Values of `Authorization` that the requests carry in turn. */
  readonly authorizations: readonly string[]
}

/** Sends one row's requests over and over for some seconds, on kept-alive connections. */
export type Loader = (target: LoadTarget, seconds: number) => Promise<LoadResult>

const run = promisify(execFile)

/** Runs a command on one core, and returns what it prints. */
async function pinned(core: number, [command = '', ...args]: readonly string[]): Promise<string> {
  const { stdout } = await (canPin ? run('taskset', ['-c', String(core), command, ...args]) : run(command, args))
  return stdout
}

/** The requests as a program for wrk, put together before the first is sent. */
function script({ row, authorizations }: LoadTarget): string {
  const headers = Object.entries(row.headers).map(([name, value]) => `wrk.headers[${JSON.stringify(name)}] = ${JSON.stringify(value)}`)
  const body = row.body === undefined ? [] : [`wrk.body = ${JSON.stringify(row.body)}`]
  const lines = [`wrk.method = "${row.method}"`, ...headers, ...body]
  if (authorizations.length === 0) return lines.join('\n')
  return [
    ...lines,
    'local requests, turn = {}, 0',
    'function init(args)',
    ...authorizations.map((value) => `  wrk.headers["authorization"] = ${JSON.stringify(value)}; requests[#requests + 1] = wrk.format()`),
    'end',
    'function request()',
    '  turn = turn % #requests + 1',
    '  return requests[turn]',
    'end',
  ].join('\n')
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
  return async (target, seconds) => {
    const { row, port, connections } = target
    const file = join(folder, `${row.name}.lua`)
    writeFileSync(file, script(target))
    const args = [
      wrk,
      '-t1',
      `-c${connections}`,
      `-d${seconds}s`,
      '--latency',
      '--timeout',
      '30s',
      '-s',
      file,
      `http://127.0.0.1:${port}${row.path}`,
    ]
    return readWrk(await pinned(core, args))
  }
}

/** Stands in where wrk is not installed: heavier, and on this process's core. */
const undiciLoader: Loader = async ({ row, port, connections, authorizations }, seconds) => {
  const pool = new Pool(`http://127.0.0.1:${port}`, { connections, pipelining: 1 })
  const start = performance.now()
  const ends = start + seconds * 1_000
  const durations: number[] = []
  let failures = 0
  let turn = 0
  const caller = async () => {
    while (performance.now() < ends) {
      const sent = performance.now()
      const authorization = authorizations[turn++ % authorizations.length]
      const headers = authorization === undefined ? row.headers : { ...row.headers, authorization }
      const response = await pool.request({ path: row.path, method: row.method, headers: { ...headers }, body: row.body ?? null })
      await response.body.dump({ limit: Number.MAX_SAFE_INTEGER })
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

/** Messages are sent by a process of the benchmark's own: wrk speaks no WebSocket. */
const messageLoader =
  (core: number): Loader =>
  async ({ row, port, connections }, seconds) => {
    const args = [join(buildFolder, 'websocket-load.js'), String(port), row.path, String(connections), String(seconds)]
    return JSON.parse(await pinned(core, [process.execPath, ...args])) as LoadResult
  }

/** wrk where it is installed, pinned to `core`; else a loader of undici's. */
export function createLoader(core: number): { readonly load: Loader; readonly name: string } {
  const wrk = findCommand('wrk')
  const requests = wrk ? wrkLoader(wrk, core) : undiciLoader
  const messages = messageLoader(core)
  return {
    load: (target, seconds) => (target.row.kind === 'messages' ? messages : requests)(target, seconds),
    name: wrk ? 'wrk' : 'undici (wrk is not installed)',
  }
}
