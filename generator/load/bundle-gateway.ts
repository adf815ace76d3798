import { basename, dirname, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Metafile, OutputFile } from 'esbuild'
import { BUILT_CONFIG, BUILT_RUNTIME } from './built-names.js'
import { bundleFailure } from './bundle-failure.js'
import { configFiles, fromFolder, META_NAMES } from './config-files.js'
import { ownPackage } from './config-packages.js'

/** A file of a built gateway: its name in the folder. */
export interface BuiltFile {
  readonly path: string
  readonly text: string
}

const isPackaged = (file: string) => file.includes(`${sep}node_modules${sep}`) || file.startsWith(OWN_FOLDER)
const runtime = () => fileURLToPath(import.meta.resolve('gatewright/runtime'))
const OWN_FOLDER = resolve(dirname(runtime()), '..') + sep

// CommonJS packages ask for these; a module has none.
const REQUIRE =
  'import { createRequire as __gatewright_require } from "node:module"; const require = __gatewright_require(import.meta.url);'
const PLACE =
  'import { fileURLToPath as __gatewright_file } from "node:url"; const __filename = __gatewright_file(import.meta.url), __dirname = __gatewright_file(new URL(".", import.meta.url));'

/**
 * Bundles a config, and what runs it, with all packages of both and one copy of what they share: loading hundreds of files
 * takes longer than running them. Only what holds code of the user has a source map.
 * @param external Packages that stay outside and have to be installed where the gateway runs, such as those with native code.
 * @throws ConfigError GW1902 with a position for each syntax error and import that leads nowhere.
 */
export async function bundleGateway(file: string, folder: string, external: readonly string[]): Promise<readonly BuiltFile[]> {
  const { build } = await import('esbuild')
  const home = dirname(file)
  try {
    const { outputFiles, metafile } = await build({
      absWorkingDir: home,
      entryPoints: [
        { in: file, out: basename(BUILT_CONFIG, '.mjs') },
        { in: runtime(), out: basename(BUILT_RUNTIME, '.mjs') },
      ],
      outdir: folder,
      // In one folder, from which `import.meta` of every source file is the same way.
      chunkNames: 'gateway-[hash]',
      outExtension: { '.js': '.mjs' },
      bundle: true,
      minifyWhitespace: true,
      minifySyntax: true,
      splitting: true,
      write: false,
      metafile: true,
      sourcemap: 'external',
      format: 'esm',
      platform: 'node',
      target: 'node20.19',
      conditions: [],
      charset: 'utf8',
      logLevel: 'silent',
      external: external.flatMap((name) => [name, `${name}/*`]),
      define: META_NAMES,
      plugins: [configFiles((source) => fromFolder(source, folder)), ownPackage()],
    })
    const own = outputsOfUser(metafile, home)
    const maps = new Map(outputFiles.map(({ path, text }) => [path, text]))
    return outputFiles.flatMap((output) =>
      output.path.endsWith('.map') ? [] : toFiles(output, own.has(output.path) ? maps.get(`${output.path}.map`) : undefined),
    )
  } catch (error) {
    throw bundleFailure(error, home)
  }
}

function outputsOfUser({ outputs }: Metafile, home: string): ReadonlySet<string> {
  const own = Object.entries(outputs).filter(([, { inputs }]) => Object.keys(inputs).some((input) => !isPackaged(resolve(home, input))))
  return new Set(own.map(([path]) => resolve(home, path)))
}

function toFiles({ path, text }: OutputFile, map: string | undefined): readonly BuiltFile[] {
  const name = basename(path)
  const code = [text.includes('typeof require') && REQUIRE, /\b__(dir|file)name\b/.test(text) && PLACE, text].filter(Boolean).join(' ')
  if (map === undefined) return [{ path: name, text: code }]
  return [
    { path: `${name}.map`, text: map },
    { path: name, text: `${code}//# sourceMappingURL=${name}.map\n` },
  ]
}
