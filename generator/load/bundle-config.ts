import { dirname, isAbsolute, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { BuildFailure, Message, Metafile } from 'esbuild'
import { ConfigError, type ConfigIssue } from '../../sdk/config-error.js'
import type { SourceSpan } from '../diagnostics/source-span.js'
import { configFiles, META_NAMES } from './config-files.js'
import { configPackages, type PackageNames } from './config-packages.js'

/** What each source file imports: by file, by specifier as written, the file it leads to. */
export type ImportMap = ReadonlyMap<string, ReadonlyMap<string, string>>

/** A config and everything it imports, as one module. */
export interface ConfigBundle {
  readonly code: string
  /** A source map (JSON); with package names as files its sources are `file:` URLs. */
  readonly map: string
  /** Absolute paths of the source files. */
  readonly inputs: readonly string[]
  readonly imports: ImportMap
}

export interface BundleOptions {
  readonly packages: PackageNames
  /** Where the bundle will lie. */
  readonly outfile: string
  /** Called with each source file that is read, also when bundling fails. */
  readonly onInput?: ((file: string) => void) | undefined
}

/**
 * Bundles a config with its local imports; installed packages stay outside.
 * @throws ConfigError GW1902 with a position for each syntax error and import that leads nowhere.
 */
export async function bundleConfig(file: string, options: BundleOptions): Promise<ConfigBundle> {
  const { build } = await import('esbuild')
  const folder = dirname(file)
  const onInput = options.onInput ?? (() => {})
  try {
    const result = await build({
      absWorkingDir: folder,
      entryPoints: [file],
      outfile: options.outfile,
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
      plugins: [configFiles(options.packages, options.outfile, onInput), configPackages(options.packages)],
    })
    const [map, code] = [...result.outputFiles].sort((a, b) => Number(b.path.endsWith('.map')) - Number(a.path.endsWith('.map')))
    return {
      code: code?.text ?? '',
      map: options.packages === 'files' ? withFileUrls(map?.text ?? '{}', options.outfile) : (map?.text ?? '{}'),
      inputs: Object.keys(result.metafile.inputs).map((input) => resolve(folder, input)),
      imports: importsOf(result.metafile, folder),
    }
  } catch (error) {
    if (!isBuildFailure(error)) throw error
    throw new ConfigError(error.errors.map((message) => toIssue(message, folder)))
  }
}

const isBuildFailure = (error: unknown): error is BuildFailure => error instanceof Error && 'errors' in error && 'warnings' in error

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

function toIssue(message: Message, folder: string): ConfigIssue {
  const { location, text } = message
  if (!location) return { code: 'GW1902', path: [], message: text }
  // esbuild counts bytes, from zero.
  const before = Buffer.from(location.lineText).subarray(0, location.column).toString()
  const marked = Buffer.from(location.lineText)
    .subarray(location.column, location.column + location.length)
    .toString()
  const position: SourceSpan = {
    file: isAbsolute(location.file) ? location.file : resolve(folder, location.file),
    line: location.line,
    column: before.length + 1,
    length: Math.max(1, marked.length),
  }
  const missing = /^Could not resolve "(.+)"$/.exec(text)?.[1]
  return { code: 'GW1902', path: [], message: lowerFirst(text), hint: missing === undefined ? undefined : hintFor(missing), position }
}

const lowerFirst = (text: string) => text.charAt(0).toLowerCase() + text.slice(1)

function hintFor(specifier: string): string {
  if (specifier.startsWith('.') || isAbsolute(specifier)) return 'there is no such file; check its name and folder'
  return `install it with \`npm install ${specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')}\`, or correct the name`
}
