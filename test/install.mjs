// Installs Debian packages that tests use, where that is allowed. Run with package names, it installs those and says what it could not.
import { spawnSync } from 'node:child_process'
import process from 'node:process'
import { pathToFileURL } from 'node:url'

const APT_MS = 120_000

export const runs = (command, args) => spawnSync(command, args, { stdio: 'ignore' }).status === 0

function apt(...args) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const { status, error, stderr } = spawnSync('apt-get', ['-q', '-o', 'DPkg::Lock::Timeout=60', ...args], {
    env,
    timeout: APT_MS,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  if (status === 0) return undefined
  return error ? error.message : (String(stderr).trim().split('\n').at(-1) ?? `apt-get ended with ${status}`)
}

/** Installs packages; returns why it could not, or undefined. */
export function install(packages) {
  if (process.getuid?.() !== 0) return 'not root, so it cannot be installed'
  if (!runs('apt-get', ['--version'])) return 'there is no apt-get to install it with'
  console.log(`setup: installing ${packages.join(', ')}`)
  const trouble = apt('update') ?? apt('install', '-y', '--no-install-recommends', ...packages)
  return trouble === undefined ? undefined : `the installation failed: ${trouble}`
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const reason = install(process.argv.slice(2))
  if (reason !== undefined) console.log(`setup: ${reason}`)
  process.exitCode = reason === undefined ? 0 : 1
}
