// Packs the package and uses it the way a user would: installed from the tarball, in a folder of its own.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '../..')
const work = mkdtempSync(join(tmpdir(), 'gatewright-smoke-'))

/** Runs a command; its output is shown, and a failure ends the script. */
function run(command, args, cwd = work) {
  console.log(`$ ${command} ${args.join(' ')}`)
  return execFileSync(command, args, {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NO_COLOR: '1' },
  })
}

function expect(condition, what) {
  if (!condition) throw new Error(`expected ${what}`)
  console.log(`  ok: ${what}`)
}

try {
  run('npm', ['pack', '--ignore-scripts', '--pack-destination', work], root)
  const tarball = join(
    work,
    readdirSync(work).find((name) => name.endsWith('.tgz')),
  )
  run('npx', ['publint', '--strict', tarball], root)
  run('npx', ['attw', tarball, '--profile', 'esm-only'], root)

  writeFileSync(join(work, 'package.json'), JSON.stringify({ name: 'smoke', private: true, type: 'module' }))
  run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', tarball])
  const gatewright = join(work, 'node_modules/.bin/gatewright')
  expect(run(gatewright, ['--help']).includes('check'), '`gatewright --help` lists its commands')
  const exported =
    "import('gatewright').then(async (sdk) => console.log(typeof sdk.defineGateway, typeof (await import('gatewright/runtime')).createGateway, typeof (await import('gatewright/generator')).emitOpenApi, typeof (await import('gatewright/testing')).testGateway))"
  expect(run('node', ['-e', exported]).trim() === 'function function function function', 'all four entries can be imported')

  run(gatewright, ['init', 'my-api', '--gatewright', `file:${tarball}`])
  const project = join(work, 'my-api')
  run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline'], project)
  run('npm', ['test'], project)
  console.log('  ok: the project that `init` makes passes its own test')
  expect(run(gatewright, ['check'], project).includes('✓'), '`gatewright check` accepts it')
  run(gatewright, ['generate'], project)
  run(gatewright, ['generate', '--check'], project)
  console.log('  ok: generating twice gives the same bytes')
} finally {
  rmSync(work, { recursive: true, force: true })
}
