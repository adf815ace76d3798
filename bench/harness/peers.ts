import type { ChildProcess } from 'node:child_process'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { caddyConfig } from '../peers/caddy.js'
import { haproxyConfig } from '../peers/haproxy.js'
import { nginxConfig } from '../peers/nginx.js'
import { announcedPort, findCommand, freePort, listening, start } from './processes.js'
import type { RowName } from './rows.js'

/** A peer that runs. */
export interface RunningPeer {
  readonly child: ChildProcess
  readonly port: number
}

/** A gateway to compare. */
export interface Peer {
  readonly name: string
  readonly rows: readonly RowName[]
  /** What is run, for the report; undefined if it is not installed. */
  version(): string | undefined
  start(row: RowName, upstreamPort: number): Promise<RunningPeer>
}

/** The core that gateways run on; the upstream and the load have the other. */
export const GATEWAY_CORE = 0
export const LOAD_CORE = 1

/** Where the peers' compiled files are. */
export const buildFolder = new URL('../dist/', import.meta.url).pathname

const folder = mkdtempSync(join(tmpdir(), 'gatewright-peers-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

const require = createRequire(import.meta.url)

function packageVersion(name: string): string {
  const [, at] = /^(.*node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+)/.exec(require.resolve(name)) ?? []
  return `${name} ${(JSON.parse(readFileSync(join(at ?? '', 'package.json'), 'utf8')) as { version: string }).version}`
}

function nodePeer(name: string, rows: readonly RowName[], packages: readonly string[]): Peer {
  return {
    name,
    rows,
    version: () => packages.map(packageVersion).join(', '),
    async start(row, upstreamPort) {
      const child = start(GATEWAY_CORE, process.execPath, [join(buildFolder, 'peers', `${name}.js`), row, String(upstreamPort)], 'pipe')
      return { child, port: await announcedPort(child) }
    },
  }
}

type WriteConfig = (row: RowName, port: number, upstreamPort: number, folder: string) => string

function installedPeer(name: string, versionFlag: string, config: WriteConfig, run: (file: string) => readonly string[]): Peer {
  return {
    name,
    rows: ['plain', 'routes'],
    version() {
      const command = findCommand(name)
      // nginx prints its version on standard error.
      return command && execFileSync('sh', ['-c', `${command} ${versionFlag} 2>&1`], { encoding: 'utf8' }).split('\n')[0]
    },
    async start(row, upstreamPort) {
      const port = await freePort()
      const file = join(folder, `${name}-${row}`)
      writeFileSync(file, config(row, port, upstreamPort, folder))
      const child = start(GATEWAY_CORE, name, run(file), 'ignore')
      return { child, port: await listening(port, child) }
    },
  }
}

const all = ['plain', 'policies', 'log', 'transform', 'routes'] as const

/** Everything that is compared; `bare` is what the ratios are to. */
export const PEERS: readonly Peer[] = [
  nodePeer('bare', all, ['undici']),
  nodePeer('gatewright', all, []),
  nodePeer('fastify', all, ['fastify', '@fastify/http-proxy']),
  nodePeer('express', ['plain', 'policies', 'routes'], ['express', 'http-proxy-middleware']),
  nodePeer('hapi', ['plain', 'policies', 'routes'], ['@hapi/hapi', '@hapi/h2o2', 'hapi-auth-jwt2']),
  installedPeer('nginx', '-v', nginxConfig, (file) => ['-c', file, '-e', join(folder, 'nginx-start.log')]),
  installedPeer('haproxy', '-v', haproxyConfig, (file) => ['-f', file, '-db']),
  installedPeer('caddy', 'version', caddyConfig, (file) => ['run', '--config', file, '--adapter', 'caddyfile']),
]
