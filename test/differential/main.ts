import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { corpus } from './corpus/index.js'
import { type ProxyUnderTest, proxies } from './peers.js'
import { reasons } from './reasons.js'
import { startRecorder } from './recorder.js'
import { type Compared, differs, report } from './report.js'
import { runCase } from './run-case.js'
import { type View, viewOf } from './view.js'

const PAGE = fileURLToPath(new URL('../../docs/differential.md', import.meta.url))
const INSTALLER = fileURLToPath(new URL('../install.mjs', import.meta.url))

const cases = Object.entries(corpus).flatMap(([theme, all]) => all.map((one) => ({ theme, one })))

/** Runs every case through one proxy, one after the other. */
async function runAll(proxy: ProxyUnderTest): Promise<View[]> {
  const recorder = await startRecorder()
  const running = await proxy.start(recorder.port)
  const views: View[] = []
  for (const { one } of cases) views.push(viewOf(one, await runCase(one, running.port, recorder)))
  await running.stop()
  recorder.close()
  return views
}

function findFaults(compared: readonly Compared[]): string[] {
  const differing = new Set(compared.filter(differs).map(({ one }) => one.id))
  return [
    ...[...differing].filter((id) => reasons[id] === undefined).map((id) => `${id}: a difference without a reason`),
    ...Object.keys(reasons)
      .filter((id) => !differing.has(id))
      .map((id) => `${id}: a reason without a difference`),
  ]
}

const absent = proxies.filter((proxy) => proxy.version() === undefined).map(({ name }) => name)
if (absent.length > 0 && spawnSync(process.execPath, [INSTALLER, ...absent], { stdio: 'inherit' }).status !== 0) {
  console.log(`differential: skipped, there is no ${absent.join(' and no ')}`)
  process.exit(0)
}

const all = await Promise.all(proxies.map(runAll))
const compared = cases.map(({ theme, one }, index) => ({ theme, one, views: all.map((views) => views[index] as View) }))
const versions = proxies.slice(1).map((proxy) => proxy.version() ?? proxy.name)
const page = report(compared, reasons, versions)
const faults = findFaults(compared)
if (process.argv.includes('--check')) {
  const committed = readFileSync(PAGE, 'utf8')
  if (!versions.every((version) => committed.includes(version)))
    console.log('differential: the page was written with other versions, so it is not compared')
  else if (committed !== page) faults.push('docs/differential.md is out of date: run `npm run differential`')
} else writeFileSync(PAGE, page)

console.log(`differential: ${compared.length} cases, ${compared.filter(differs).length} differ`)
for (const fault of faults) console.log(`differential: ${fault}`)
process.exitCode = faults.length > 0 ? 1 : 0
