import type { ChildProcess } from 'node:child_process'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { caddyConfig } from '../peers/caddy.js'
import { haproxyConfig } from '../peers/haproxy.js'
import { nginxConfig } from '../peers/nginx.js'
import type { PeerArguments } from './peer-arguments.js'
import { announcedPort, findCommand, freePort, listening, start } from './processes.js'
import type { RowName } from './rows.js'

/** A peer that runs. */
export interface RunningPeer {
  readonly child: ChildProcess
  readonly port: number
  /** Has the process collect its garbage soon; undefined where it has a heap of another kind, or none. */
  readonly collectGarbage: (() => void) | undefined
}

/** A gateway to compare. */
export interface Peer {
  readonly name: string
  /** Rows that it is left out of, by the reason. */
  readonly lacks: Readonly<Record<string, readonly RowName[]>>
  /** What is run, for the report; undefined if it is not installed. */
  version(): string | undefined
  start(args: PeerArguments): Promise<RunningPeer>
}

/** Rows in which the gateway alone is compared with itself, by the reason. */
const ALONE: Readonly<Partial<Record<RowName, string>>> = { resilience: 'it has no such mechanisms, or others' }

/** Why a peer is left out of a row, or undefined if it takes part. */
export function whyWithout(peer: Peer, row: RowName): string | undefined {
  if (!peer.name.startsWith('gatewright') && ALONE[row] !== undefined) return ALONE[row]
  return Object.entries(peer.lacks).find(([, rows]) => rows.includes(row))?.[0]
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

/** What is left after a full collection is what connections take, and not what there was no need to collect yet. */
const GC_ON_SIGUSR2 = ['--expose-gc', '--import', 'data:text/javascript,process.on("SIGUSR2",()=>{gc();gc()})']

function nodePeer(name: string, packages: readonly string[], lacks: Peer['lacks']): Peer {
  return {
    name,
    lacks,
    version: () => packages.map(packageVersion).join(', '),
    async start(args) {
      const flags = args.row === 'idle-memory' ? GC_ON_SIGUSR2 : []
      const file = join(buildFolder, 'peers', `${name}.js`)
      const child = start(GATEWAY_CORE, process.execPath, [...flags, file, JSON.stringify(args)], 'pipe')
      const collectGarbage = flags.length > 0 ? () => void child.kill('SIGUSR2') : undefined
      return { child, port: await announcedPort(child), collectGarbage }
    },
  }
}

type WriteConfig = (row: RowName, port: number, upstreamPort: number, folder: string) => string

const POLICIES = ['policies', 'log', 'tokens-1000', 'tokens-1000-rs256', 'redis-limit', 'transform'] as const

function installedPeer(name: string, versionFlag: string, config: WriteConfig, run: (file: string) => readonly string[]): Peer {
  return {
    name,
    lacks: { 'tokens, limits and transforms take modules or scripts beyond its configuration here': POLICIES },
    version() {
      const command = findCommand(name)
      // nginx prints its version on standard error.
      return command && execFileSync('sh', ['-c', `${command} ${versionFlag} 2>&1`], { encoding: 'utf8' }).split('\n')[0]
    },
    async start({ row, upstreamPort }) {
      const port = await freePort()
      const file = join(folder, `${name}-${row}`)
      writeFileSync(file, config(row, port, upstreamPort, folder))
      const child = start(GATEWAY_CORE, name, run(file), 'ignore')
      return { child, port: await listening(port, child), collectGarbage: undefined }
    },
  }
}

const NO_SHARED_LIMIT = 'a limit in Redis takes another package'
const NO_TRANSFORM = 'the proxy plugin does not rewrite bodies, nor log'

const LANELESS = ['log', 'tokens-1000', 'tokens-1000-rs256', 'redis-limit', 'routes', '10k-routes', 'websocket', 'idle-memory'] as const

/** Everything that is compared; `bare` is what the ratios are to. */
export const PEERS: readonly Peer[] = [
  nodePeer('bare', ['undici'], {}),
  nodePeer('gatewright', [], {}),
  nodePeer('gatewright-hapi', [], { 'the lane is of no matter there': LANELESS }),
  nodePeer('fastify', ['fastify', '@fastify/http-proxy'], { [NO_SHARED_LIMIT]: ['redis-limit'] }),
  nodePeer('express', ['express', 'http-proxy-middleware'], { [NO_SHARED_LIMIT]: ['redis-limit'], [NO_TRANSFORM]: ['log', 'transform'] }),
  nodePeer('hapi', ['@hapi/hapi', '@hapi/h2o2', 'hapi-auth-jwt2'], {
    [NO_SHARED_LIMIT]: ['redis-limit'],
    [NO_TRANSFORM]: ['log', 'transform'],
    'h2o2 does not pass upgrades on': ['websocket'],
    'it closes idle connections after five seconds': ['idle-memory'],
  }),
  installedPeer('nginx', '-v', nginxConfig, (file) => ['-c', file, '-e', join(folder, 'nginx-start.log')]),
  installedPeer('haproxy', '-v', haproxyConfig, (file) => ['-f', file, '-db']),
  installedPeer('caddy', 'version', caddyConfig, (file) => ['run', '--config', file, '--adapter', 'caddyfile']),
]
