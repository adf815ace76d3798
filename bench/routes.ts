// 1,000 routes: how long `gatewright check` takes, how long `gatewright start` on the built config takes until it is
// ready (the median and the best of five starts) and what Node and the config take of that by themselves, and how long
// TypeScript 7 takes to check the types. Needs `npm run build` first.

import { execFile, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { freePort } from './harness/processes.js'
import { compileFixture } from './types/compile-fixture.js'
import { fixtureText } from './types/fixture.js'
import { withFixtureProject } from './types/fixture-project.js'

const ROUTES = 1_000
const MOST_READY_MS = 60_000
const STARTS = 5

const root = fileURLToPath(new URL('..', import.meta.url))
const cli = join(root, 'dist', 'generator', 'cli', 'bin.js')
const run = promisify(execFile)

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return (performance.now() - start) / 1_000
}

const gatewright = (folder: string, ...args: string[]) =>
  run(process.execPath, [cli, ...args], { cwd: folder, maxBuffer: 64 * 1_048_576 }).catch((error: { stdout: string; stderr: string }) => {
    throw new Error(`gatewright ${args.join(' ')} failed:\n${error.stdout}${error.stderr}`)
  })

async function untilReady(url: string, ended: () => boolean): Promise<void> {
  for (const start = performance.now(); performance.now() - start < MOST_READY_MS && !ended(); await wait(5)) {
    const ready = await fetch(url).then(
      (response) => response.status === 200,
      () => false,
    )
    if (ready) return
  }
  throw new Error('the gateway did not become ready')
}

/** Seconds from starting the process to `/readyz` answering 200. */
async function startToReady(folder: string): Promise<number> {
  const adminPort = await freePort()
  const start = performance.now()
  const args = [cli, 'start', '--host', '127.0.0.1', '--port', '0', '--admin-port', String(adminPort)]
  const child = spawn(process.execPath, args, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] })
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  try {
    await untilReady(`http://127.0.0.1:${adminPort}/readyz`, () => child.exitCode !== null)
    return (performance.now() - start) / 1_000
  } finally {
    child.kill('SIGKILL')
    await exited
  }
}

if (!existsSync(cli)) {
  console.error('dist/generator/cli/bin.js is missing: run `npm run build` first')
  process.exit(2)
}

const text = fixtureText('routes', ROUTES)
await withFixtureProject(root, text, async (folder) => {
  const check = await timed(() => gatewright(folder, 'check'))
  await gatewright(folder, 'build')
  const starts: number[] = []
  while (starts.length < STARTS) starts.push(await startToReady(folder))
  const config = await timed(() => run(process.execPath, [join(folder, 'dist', 'gateway.mjs')]))
  const node = await timed(() => run(process.execPath, ['--eval', '0']))
  starts.sort((a, b) => a - b)
  const [best = 0, ready = 0] = [starts[0], starts[Math.floor(STARTS / 2)]]
  const types = await compileFixture(root, 'node_modules/typescript/bin/tsc', text)
  console.table({
    'gatewright check': { seconds: check.toFixed(2) },
    'gatewright start, built, to ready': { seconds: ready.toFixed(2), best: best.toFixed(2) },
    'of it, the built config alone': { seconds: config.toFixed(2) },
    'of it, node alone': { seconds: node.toFixed(2) },
    'type check, TypeScript 7': { seconds: types.totalSeconds.toFixed(2) },
  })
})
