import { readdir, readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { resolveGateway } from '../../sdk/resolve/resolve-gateway.js'
import { HEADER } from '../client/print-files.js'
import { readRouteDocs } from '../diagnostics/read-route-docs.js'
import { refuseFileErrors } from '../refuse-file-errors.js'
import { compareFiles, type FileChange, type OutputFile, writeFiles } from '../write-files.js'
import type { CliRun } from './cli-run.js'
import { counted } from './counted.js'
import { emitFiles } from './emitters.js'
import { openConfig } from './open-config.js'
import { usageError } from './usage-error.js'

/** Flags of `gatewright generate`. */
export interface GenerateOptions {
  readonly out: string
  readonly check?: true
  readonly internal?: true
  readonly json?: true
}

/** The files of a folder that are not ours to write, and those of ours that nothing emits any more. */
async function inspectClient(folder: string): Promise<{ readonly ours: readonly string[]; readonly foreign: ReadonlySet<string> }> {
  const entries = await readdir(join(folder, 'client'), { withFileTypes: true }).catch(() => [])
  const ours: string[] = []
  const foreign = new Set<string>()
  for (const entry of entries.filter((found) => found.isFile())) {
    const path = `client/${entry.name}`
    const text = await readFile(join(folder, path), 'utf8')
    if (text.startsWith(HEADER)) ours.push(path)
    else foreign.add(path)
  }
  return { ours, foreign }
}

async function planFiles(folder: string, emitted: ReadonlyMap<string, string>): Promise<readonly OutputFile[]> {
  const { ours, foreign } = await inspectClient(folder)
  const blocked = [...emitted.keys()].filter((path) => foreign.has(path))
  if (blocked.length > 0)
    throw usageError(
      `${blocked.join(', ')} in ${folder} was not generated, and would be overwritten`,
      'move it, or choose another folder with --out',
    )
  const stale = ours.filter((path) => !emitted.has(path)).map((path) => ({ path, text: undefined }))
  return [...[...emitted].map(([path, text]) => ({ path, text })), ...stale]
}

function report(run: CliRun, changes: readonly FileChange[], total: number, { out, check, json }: GenerateOptions): void {
  if (json) {
    run.print(`${JSON.stringify({ ok: !check || changes.length === 0, changes }, null, 2)}\n`)
    return
  }
  const { green, red, yellow } = run.colors
  const color = { created: green, updated: yellow, removed: red }
  const verb = check
    ? { created: 'missing', updated: 'differs', removed: 'stale' }
    : { created: 'created', updated: 'updated', removed: 'removed' }
  for (const { path, kind } of changes) run.print(`${color[kind](verb[kind].padEnd(7))}  ${join(out, path)}\n`)
  if (check && changes.length > 0) run.note(`${counted(changes.length, 'file')} not up to date; run \`gatewright generate\`\n`)
  else run.print(`${green('✓')} ${out}: ${counted(total, 'file')}${changes.length === 0 ? ', up to date' : ''}\n`)
}

/** Emits the documents and the client of a config, and writes or compares them. */
export async function generateFiles(run: CliRun, config: string, options: GenerateOptions): Promise<void> {
  const loaded = await openConfig(run, config)
  const gateway = resolveGateway(loaded.gateway)
  const emitted = emitFiles(gateway, { variant: options.internal ? 'internal' : 'public', docs: readRouteDocs(gateway, loaded) })
  const folder = resolve(run.cwd, options.out)
  const files = await planFiles(folder, emitted)
  const write = options.check ? compareFiles : writeFiles
  const changes = await refuseFileErrors(options.out, 'name another folder with --out', () => write(folder, files))
  report(run, changes, emitted.size, options)
  if (options.check && changes.length > 0) run.exitCode = 1
}
