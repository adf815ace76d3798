import { stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ConfigError } from '../../sdk/config-error.js'
import type { ImportMap } from './bundle-config.js'
import { findNamedExport } from './describe-failure.js'
import { loadEnvFiles } from './env-files.js'
import { importConfig, type ModuleExports } from './import-config.js'

export interface LoadOptions {
  /** What `file` is relative to. Default: the working directory. */
  readonly cwd?: string
  /** Files of environment variables, the later one winning. Default: `.env` and `.env.local` beside the config. */
  readonly envFiles?: readonly string[]
  /** Called with every source file that is read, also when loading fails; for watching. */
  readonly onInput?: (file: string) => void
}

/** A config that was read and run, but not yet checked. */
export interface LoadedConfig {
  /** The config file, absolute. */
  readonly file: string
  /** Its default export; `resolveGateway` says whether it is a gateway. */
  readonly gateway: unknown
  /** Every source file that it consists of, absolute. */
  readonly inputs: readonly string[]
  /** Which file each import of each source file leads to. */
  readonly imports: ImportMap
}

/** True for a config that Node runs as it is, such as what `gatewright build` writes. */
export function isBuiltConfig(file: string): boolean {
  return /\.[cm]?js$/.test(file)
}

/**
 * Reads a config: TypeScript is bundled with its local imports and run with source maps; JavaScript is imported as it is.
 * Sets the variables of `.env` and `.env.local` beside it first, except those that are set already.
 * @throws ConfigError GW1901 (no such file), GW1902 (does not compile), GW1903 (threw), GW1001 (exports no gateway).
 */
export async function loadConfig(file: string, options: LoadOptions = {}): Promise<LoadedConfig> {
  const path = resolve(options.cwd ?? '.', file)
  if (!(await isFile(path))) throw notFound(file)
  const envFiles = options.envFiles ?? ['.env', '.env.local'].map((name) => join(dirname(path), name))
  await loadEnvFiles(envFiles)
  const { exports, ...rest } = isBuiltConfig(path) ? await importBuilt(path, options) : await runSource(path, options)
  if (!('default' in exports) && 'gatewayConfig' in exports) throw namedExport(path)
  return { file: path, gateway: exports['default'], ...rest }
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  )
}

function notFound(file: string): ConfigError {
  const hint =
    basename(file) === 'gateway.config.ts'
      ? 'run this in the folder of your config, name it with --config <file>, or make a project with `gatewright init <folder>`'
      : 'check the name, or leave --config out to use gateway.config.ts'
  return new ConfigError([{ code: 'GW1901', path: [], message: `there is no file ${file}`, hint }])
}

function namedExport(path: string): ConfigError {
  const message = 'the config exports `gatewayConfig` by name and has no default export'
  const hint = 'write `export default defineGateway({ … })`; the named export is another gateway’s convention'
  return new ConfigError([{ code: 'GW1001', path: [], message, hint, position: findNamedExport(path, 'gatewayConfig') }])
}

type RunConfig = Pick<LoadedConfig, 'inputs' | 'imports'> & { readonly exports: ModuleExports }

async function runSource(path: string, { onInput }: LoadOptions): Promise<RunConfig> {
  const { bundleConfig } = await import('./bundle-config.js')
  const { evaluateBundle } = await import('./evaluate-bundle.js')
  const bundle = await bundleConfig(path, onInput)
  return { exports: await evaluateBundle(path, bundle), inputs: bundle.inputs, imports: bundle.imports }
}

async function importBuilt(path: string, { onInput }: LoadOptions): Promise<RunConfig> {
  onInput?.(path)
  process.setSourceMapsEnabled(true)
  // The module cache keeps what it has seen: a file that changed needs another address.
  const { mtimeMs } = await stat(path)
  return { exports: await importConfig(`${pathToFileURL(path).href}?v=${mtimeMs}`, [path]), inputs: [path], imports: new Map() }
}
