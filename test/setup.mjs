// Sees to it that the Redis tests have a server; without one they are skipped, and say so.
import { spawnSync } from 'node:child_process'
import process from 'node:process'

const APT_MS = 120_000

const runs = (command, args) => spawnSync(command, args, { stdio: 'ignore' }).status === 0

function apt(...args) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const { status, error, stderr } = spawnSync('apt-get', ['-q', ...args], { env, timeout: APT_MS, stdio: ['ignore', 'ignore', 'pipe'] })
  if (status === 0) return undefined
  return error ? error.message : (String(stderr).trim().split('\n').at(-1) ?? `apt-get ended with ${status}`)
}

function install() {
  if (process.getuid?.() !== 0) return 'not root, so it cannot be installed'
  if (!runs('apt-get', ['--version'])) return 'there is no apt-get to install it with'
  console.log('setup: installing redis-server for the tests')
  const trouble = apt('update') ?? apt('install', '-y', '--no-install-recommends', 'redis-server')
  if (trouble !== undefined) return `its installation failed: ${trouble}`
  return runs('redis-server', ['--version']) ? undefined : 'it was installed and does not run'
}

if (runs('redis-server', ['--version'])) {
  console.log('setup: the Redis tests start redis-server themselves')
} else if (process.env.REDIS_URL) {
  console.log('setup: the Redis tests use REDIS_URL; those that stop their server are skipped')
} else {
  const reason = install()
  if (reason !== undefined) console.log(`setup: the Redis tests will be skipped: no redis-server on PATH, no REDIS_URL, and ${reason}`)
}
