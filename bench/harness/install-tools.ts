import { spawnSync } from 'node:child_process'
import type { BenchOptions } from './options.js'
import { findCommand } from './processes.js'

/** Debian's packages of what is not from npm, by command. */
const PACKAGES: Readonly<Record<string, string>> = {
  wrk: 'wrk',
  'redis-server': 'redis-server',
  nginx: 'nginx-light',
  haproxy: 'haproxy',
  caddy: 'caddy',
}

function apt(...args: readonly string[]): boolean {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  return spawnSync('apt-get', ['-q', ...args], { env, stdio: ['ignore', 'ignore', 'inherit'] }).status === 0
}

/** Installs what this run could use and the machine lacks, where that is allowed; what is still missing is left out of the run. */
export function installTools({ rows, peers, install }: BenchOptions): void {
  const used = ['wrk', ...(rows.some(({ redis }) => redis) ? ['redis-server'] : []), ...peers.map(({ name }) => name)]
  const missing = used.filter((command) => PACKAGES[command] !== undefined && findCommand(command) === undefined)
  if (!install || missing.length === 0 || process.getuid?.() !== 0 || !findCommand('apt-get')) return
  console.log(`installing ${missing.join(', ')}`)
  apt('update')
  for (const command of missing)
    if (!apt('install', '-y', '--no-install-recommends', PACKAGES[command] as string)) console.log(`${command} could not be installed`)
}
