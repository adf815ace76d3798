// Where the gateway spends its time: `npm run bench:profile -- --rows plain,policies --seconds 5`.
// Prints the functions with the most time of their own, under load, after a warm-up. Needs `npm run build` first.

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildPeers } from './harness/build-peers.js'
import { createLoader } from './harness/load.js'
import { whyNotRun } from './harness/notes.js'
import { readOptions } from './harness/options.js'
import { buildFolder, GATEWAY_CORE, LOAD_CORE } from './harness/peers.js'
import { announcedPort, start, stop, stopAll } from './harness/processes.js'
import { connectionsOn, type Row } from './harness/rows.js'
import { startStage } from './harness/stage.js'

interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number }
  }[]
  readonly samples: readonly number[]
  readonly timeDeltas: readonly number[]
  readonly startTime: number
}

const TOP = 25

/** A process that is killed writes no profile. */
const EXIT_ON_SIGTERM = 'data:text/javascript,process.on("SIGTERM",()=>process.exit(0))'

process.on('SIGINT', () => process.exit(130))
process.on('exit', stopAll)

/** Microseconds of own time by function, idle time left out, between `from` and `to` microseconds after the start. */
function selfTimes(profile: CpuProfile, from: number, to: number): Map<string, number> {
  const names = new Map(
    profile.nodes.map(({ id, callFrame: { functionName, url, lineNumber } }) => {
      const file = url.replace(/^.*\/(node_modules|dist)\//, '').replace(/^file:.*\//, '')
      return [id, `${functionName || '(anonymous)'}${file ? `  ${file}:${lineNumber + 1}` : ''}`]
    }),
  )
  const times = new Map<string, number>()
  let at = 0
  for (const [index, id] of profile.samples.entries()) {
    const delta = profile.timeDeltas[index] ?? 0
    at += delta
    const name = names.get(id) ?? '?'
    if (at >= from && at < to && name !== '(idle)' && name !== '(root)') times.set(name, (times.get(name) ?? 0) + delta)
  }
  return times
}

/** The package, or the gateway's own folder, that a function belongs to. */
function packageOf(name: string): string {
  const file = / {2}(.+):\d+$/.exec(name)?.[1]
  if (file === undefined) return name.startsWith('(') ? name : 'native'
  if (file.startsWith('node:')) return 'node'
  const [first = '', second = ''] = file.split('/')
  return first.startsWith('@') || first === 'runtime' || first === 'peers' ? `${first}/${second}` : first
}

/** Prints time by package and by function, in units of so many microseconds. */
function printTimes(times: ReadonlyMap<string, number>, micros: number, unit: string): void {
  const total = [...times.values()].reduce((sum, one) => sum + one, 0)
  const line = ([name, time]: [string, number]) =>
    console.log(`${((time / total) * 100).toFixed(1).padStart(5)} %  ${(time / micros).toFixed(2).padStart(7)} ${unit}  ${name}`)
  const packages = new Map<string, number>()
  for (const [name, time] of times) packages.set(packageOf(name), (packages.get(packageOf(name)) ?? 0) + time)
  const busiest = (of: ReadonlyMap<string, number>) => [...of].sort(([, a], [, b]) => b - a)
  for (const entry of busiest(packages).slice(0, 12)) line(entry)
  console.log('')
  for (const entry of busiest(times).slice(0, TOP)) line(entry)
}

async function profileRow(row: Row, peer: string, seconds: number, given: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'gatewright-profile-'))
  const stage = await startStage(row)
  const profiling = ['--cpu-prof', `--cpu-prof-dir=${folder}`, '--cpu-prof-interval=500', '--import', EXIT_ON_SIGTERM]
  const started = performance.now()
  const elapsed = () => (performance.now() - started) * 1_000
  const child = start(
    GATEWAY_CORE,
    process.execPath,
    [...profiling, join(buildFolder, 'peers', `${peer}.js`), JSON.stringify(stage.argumentsFor(row))],
    'pipe',
  )
  const port = await announcedPort(child)
  const ready = elapsed()
  const target = { row, port, connections: connectionsOn(row, given), authorizations: stage.authorizations }
  await load(target, seconds)
  const warm = elapsed()
  const { requests } = await load(target, seconds)
  const end = elapsed()
  await stop(child)
  await stage.stop()
  const [file] = readdirSync(folder)
  if (file === undefined) throw new Error('no profile was written')
  const profile = JSON.parse(readFileSync(join(folder, file), 'utf8')) as CpuProfile
  rmSync(folder, { recursive: true })
  if (row.kind === 'routes') {
    console.log(`\n${row.title}, ${peer}: ready after ${(ready / 1e6).toFixed(1)} s; own time until then`)
    printTimes(selfTimes(profile, 0, ready), 1_000, 'ms')
  }
  console.log(`\n${row.title}, ${peer}: ${requests} requests; own time by package, then of the busiest functions`)
  printTimes(selfTimes(profile, warm, end), requests, 'µs')
}

const options = readOptions('gatewright')
await buildPeers()
const { load } = createLoader(LOAD_CORE)
for (const row of options.rows) {
  // Idle connections take no time that could be shown.
  const reason = row.kind === 'connections' ? 'it is about memory' : whyNotRun(row)
  if (reason !== undefined) console.log(`${row.name} was not profiled: ${reason}`)
  else for (const peer of options.peers) await profileRow(row, peer.name, options.seconds, options.connections)
}
process.exit(0)
