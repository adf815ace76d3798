import { readdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { BUILT_CONFIG, BUILT_PART } from '../load/built-names.js'
import { bundleGateway } from '../load/bundle-gateway.js'
import { isBuiltConfig } from '../load/load-config.js'
import { refuseFileErrors } from '../refuse-file-errors.js'
import { writeFiles } from '../write-files.js'
import type { CliRun } from './cli-run.js'
import { counted } from './counted.js'
import { openGateway } from './open-gateway.js'
import { usageError } from './usage-error.js'

/** Checks a config and writes it, with what runs it, as `<out>/gateway.mjs` and `<out>/gateway-*.mjs`, whole or not at all. */
export async function buildConfig(run: CliRun, config: string, out: string, external: readonly string[]): Promise<void> {
  if (isBuiltConfig(config)) throw usageError(`${config} is JavaScript already`, 'build takes the TypeScript config')
  const { routes } = await openGateway(run, config)
  const folder = resolve(run.cwd, out)
  const files = await bundleGateway(resolve(run.cwd, config), folder, external)
  const written = new Set(files.map(({ path }) => path))
  const stale = (await namesIn(folder)).filter((name) => BUILT_PART.test(name) && !written.has(name))
  const all = [...files, ...stale.map((path) => ({ path, text: undefined }))]
  await refuseFileErrors(out, 'name another folder with --out', () => writeFiles(folder, all))
  const code = files.filter(({ path }) => path.endsWith('.mjs'))
  const size = (of: typeof code) => `${(of.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0) / 1024).toFixed(1)} kB`
  const [own, shared] = [code.filter(({ path }) => path === BUILT_CONFIG), code.filter(({ path }) => path !== BUILT_CONFIG)]
  run.print(
    `${run.colors.green('✓')} ${join(out, BUILT_CONFIG)}: ${counted(routes.length, 'route')}, ${size(own)}; with what runs it ${counted(shared.length, 'file')}, ${size(shared)}\n`,
  )
}

const namesIn = (folder: string) => readdir(folder).catch((): string[] => [])
