import { dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Metafile } from 'esbuild'
import { bundleFailure } from './bundle-failure.js'
import { atHome, configFiles, META_NAMES } from './config-files.js'
import { installedPackages } from './config-packages.js'

/** What each source file imports: by file, by specifier as written, the file it leads to. */
export type ImportMap = ReadonlyMap<string, ReadonlyMap<string, string>>

/** A config and everything it imports, as one module. */
export interface ConfigBundle {
  readonly code: string
  /** A source map (JSON) whose sources are `file:` URLs. */
  readonly map: string
  /** Absolute paths of the source files. */
  readonly inputs: readonly string[]
  readonly imports: ImportMap
}

/**
 * Bundles a config with its local imports, to be run at once; installed packages stay outside.
 * @param onInput Called with each source file that is read, also when bundling fails.
 * @throws ConfigError GW1902 with a position for each syntax error and import that leads nowhere.
 */
export async function bundleConfig(file: string, onInput: (file: string) => void = () => {}): Promise<ConfigBundle> {
  const { build } = await import('esbuild')
  const folder = dirname(file)
  // Only the folder matters, and the map's sources are made absolute.
  const outfile = join(folder, 'gateway.mjs')
  try {
    const result = await build({
      absWorkingDir: folder,
      entryPoints: [file],
      outfile,
      bundle: true,
      write: false,
      metafile: true,
      sourcemap: 'external',
      format: 'esm',
      platform: 'node',
      target: 'node20',
      conditions: [],
      charset: 'utf8',
      logLevel: 'silent',
      define: META_NAMES,
      plugins: [configFiles(atHome, onInput), installedPackages()],
    })
    const [map, code] = [...result.outputFiles].sort((a, b) => Number(b.path.endsWith('.map')) - Number(a.path.endsWith('.map')))
    return {
      code: code?.text ?? '',
      map: withFileUrls(map?.text ?? '{}', outfile),
      inputs: Object.keys(result.metafile.inputs).map((input) => resolve(folder, input)),
      imports: importsOf(result.metafile, folder),
    }
  } catch (error) {
    throw bundleFailure(error, folder)
  }
}

function withFileUrls(text: string, outfile: string): string {
  const map: { sources?: string[] } = JSON.parse(text)
  const sources = (map.sources ?? []).map((source) => pathToFileURL(resolve(dirname(outfile), source)).href)
  return JSON.stringify({ ...map, sources })
}

function importsOf(metafile: Metafile, folder: string): ImportMap {
  return new Map(
    Object.entries(metafile.inputs).map(([input, { imports }]) => [
      resolve(folder, input),
      new Map(imports.flatMap(({ original, path, external }) => (external || !original ? [] : [[original, resolve(folder, path)]]))),
    ]),
  )
}
