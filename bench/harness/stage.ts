import { join } from 'node:path'
import type { PeerArguments } from './peer-arguments.js'
import { buildFolder, LOAD_CORE } from './peers.js'
import { announcedPort, findCommand, freePort, listening, start } from './processes.js'
import type { Row } from './rows.js'
import { TokenSigner } from './token-signer.js'

/** What gateways are run against: an upstream, a Redis if a row needs one, and a token issuer. */
export interface Stage {
  readonly upstreamPort: number
  readonly signer: TokenSigner
  /** Undefined where Redis is not installed, or no row needs it. */
  readonly redisUrl: string | undefined
  /** What a peer is told for a row. */
  argumentsFor(row: Row): PeerArguments
}

async function startRedis(): Promise<string> {
  const port = await freePort()
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--loglevel', 'warning']
  await listening(port, start(LOAD_CORE, 'redis-server', args, 'ignore'))
  return `redis://127.0.0.1:${port}`
}

/** Starts what the rows need, on the core that gateways do not use. */
export async function startStage(rows: readonly Row[]): Promise<Stage> {
  const upstreamPort = await announcedPort(start(LOAD_CORE, process.execPath, [join(buildFolder, 'upstream.js')], 'pipe'))
  const redisUrl = rows.some(({ redis }) => redis) && findCommand('redis-server') ? await startRedis() : undefined
  const signer = new TokenSigner()
  return {
    upstreamPort,
    signer,
    redisUrl,
    argumentsFor: ({ name, redis }) => ({
      row: name,
      upstreamPort,
      redisUrl: (redis ? redisUrl : undefined) ?? '',
      publicKey: signer.publicKey,
    }),
  }
}
