import type { ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import type { PeerArguments } from './peer-arguments.js'
import { buildFolder, LOAD_CORE } from './peers.js'
import { announcedPort, freePort, listening, start, stop } from './processes.js'
import type { Row } from './rows.js'
import { createTokenSigner, type TokenSigner } from './token-signer.js'

/** What gateways are run against on one row: an upstream, and a Redis if they share limits. */
export interface Stage {
  readonly upstreamPort: number
  /** `Authorization` values that the requests carry in turn. */
  readonly authorizations: readonly string[]
  /** What a peer is told for the row, or for its base. */
  argumentsFor(row: Row): PeerArguments
  stop(): Promise<void>
}

async function startRedis(): Promise<{ readonly child: ChildProcess; readonly url: string }> {
  const port = await freePort()
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--loglevel', 'warning']
  const child = start(LOAD_CORE, 'redis-server', args, 'ignore')
  await listening(port, child)
  return { child, url: `redis://127.0.0.1:${port}` }
}

/** Starts what a row needs, on the core that gateways do not use. */
export async function startStage(row: Row): Promise<Stage> {
  const upstream = start(LOAD_CORE, process.execPath, [join(buildFolder, 'upstream.js')], 'pipe')
  const upstreamPort = await announcedPort(upstream)
  const redis = row.redis ? await startRedis() : undefined
  const signer: TokenSigner | undefined = row.tokens && createTokenSigner(row.tokens.algorithm)
  const told = { upstreamPort, redisUrl: redis?.url ?? '', publicKey: signer?.publicKey ?? '' }
  return {
    upstreamPort,
    authorizations: Array.from({ length: row.tokens?.count ?? 0 }, (_, index) => `Bearer ${signer?.sign(`user-${index + 1}`)}`),
    argumentsFor: ({ name }) => ({ row: name, ...told }),
    async stop() {
      await Promise.all([upstream, redis?.child].map((child) => child && stop(child)))
    },
  }
}
