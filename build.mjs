// Builds `dist/`: declarations file by file, and the code in a few files, since loading hundreds takes longer than running them.

import { execFileSync } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('.', import.meta.url))
const { exports: doors, bin } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'))
const sources = [
  ...Object.values(doors).flatMap((door) => door['@gatewright/source'] ?? []),
  ...Object.values(bin).map((file) => file.replace('/dist/', '/').replace(/\.js$/, '.ts')),
]

rmSync(new URL('dist', import.meta.url), { recursive: true, force: true })
execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'], { cwd: root, stdio: 'inherit' })
await build({
  absWorkingDir: root,
  entryPoints: sources,
  outbase: root,
  outdir: 'dist',
  chunkNames: 'chunks/[name]-[hash]',
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  bundle: true,
  // What two doors share is loaded once, and what is imported on demand stays apart.
  splitting: true,
  packages: 'external',
  sourcemap: true,
  sourcesContent: false,
  logLevel: 'warning',
})
