import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { buildFolder } from './peers.js'

const bench = fileURLToPath(new URL('..', import.meta.url))

/** Compiles the peers and the upstream to plain JavaScript, so that no loader takes part in what is measured. Packages stay outside. */
export async function buildPeers(): Promise<void> {
  const peers = readdirSync(join(bench, 'peers')).filter((name) => name.endsWith('.ts'))
  await build({
    entryPoints: [...peers.map((name) => join(bench, 'peers', name)), join(bench, 'upstream.ts'), join(bench, 'websocket-load.ts')],
    outdir: buildFolder,
    outbase: bench,
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'error',
  })
}
