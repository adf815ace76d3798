import { randomBytes } from 'node:crypto'
import { access, constants, mkdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { ConfigBundle } from './bundle-config.js'
import { importConfig, type ModuleExports } from './import-config.js'

async function isWritable(folder: string): Promise<boolean> {
  return access(folder, constants.W_OK).then(
    () => true,
    () => false,
  )
}

/** A file that no other load uses: in the project's cache folder, else beside the config, else among the system's temporary files. */
async function temporaryFile(config: string): Promise<string> {
  const name = `.${basename(config)}.${process.pid}-${randomBytes(6).toString('hex')}.mjs`
  const folder = dirname(config)
  const modules = join(folder, 'node_modules')
  if (await isWritable(modules)) {
    const cache = join(modules, '.cache', 'gatewright')
    await mkdir(cache, { recursive: true })
    return join(cache, name)
  }
  return join((await isWritable(folder)) ? folder : tmpdir(), name)
}

/**
 * Runs a bundle whose packages are files, and returns what it exports. The file it needs for that is removed again.
 * Stacks of what it defines or throws name the user's sources.
 * @throws ConfigError GW1902 or GW1903
 */
export async function evaluateBundle(config: string, bundle: ConfigBundle): Promise<ModuleExports> {
  const file = await temporaryFile(config)
  const map = Buffer.from(bundle.map).toString('base64')
  process.setSourceMapsEnabled(true)
  try {
    await writeFile(file, `${bundle.code}\n//# sourceMappingURL=data:application/json;base64,${map}\n`, { flag: 'wx' })
    return await importConfig(pathToFileURL(file).href, bundle.inputs)
  } finally {
    await rm(file, { force: true })
  }
}
