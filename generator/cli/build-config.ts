import { join, resolve } from 'node:path'
import { bundleConfig } from '../load/bundle-config.js'
import { isBuiltConfig } from '../load/load-config.js'
import { writeFiles } from '../write-files.js'
import type { CliRun } from './cli-run.js'
import { counted } from './counted.js'
import { openGateway } from './open-config.js'
import { usageError } from './usage-error.js'

/** Checks a config and writes it as `<out>/gateway.mjs`, whole or not at all. */
export async function buildConfig(run: CliRun, config: string, out: string): Promise<void> {
  if (isBuiltConfig(config)) throw usageError(`${config} is JavaScript already`, 'build takes the TypeScript config')
  const { routes } = await openGateway(run, config)
  const folder = resolve(run.cwd, out)
  const outfile = join(folder, 'gateway.mjs')
  const { code, map } = await bundleConfig(resolve(run.cwd, config), { packages: 'names', outfile })
  await writeFiles(folder, [
    { path: 'gateway.mjs.map', text: map },
    { path: 'gateway.mjs', text: `${code}//# sourceMappingURL=gateway.mjs.map\n` },
  ])
  const size = (Buffer.byteLength(code) / 1024).toFixed(1)
  run.print(`${run.colors.green('✓')} ${join(out, 'gateway.mjs')}: ${counted(routes.length, 'route')}, ${size} kB\n`)
}
