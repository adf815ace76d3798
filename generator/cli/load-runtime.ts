import { existsSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { createGateway } from '../../runtime/index.js'
import { BUILT_CONFIG, BUILT_RUNTIME } from '../load/built-names.js'

/** What runs a config: for a built one what was built with it, which shares its packages; else what is installed. */
export async function loadRuntime(file: string): Promise<typeof createGateway> {
  const built = join(dirname(file), BUILT_RUNTIME)
  const runtime =
    basename(file) === BUILT_CONFIG && existsSync(built) ? import(pathToFileURL(built).href) : import('../../runtime/index.js')
  return (await runtime).createGateway
}
