import { existsSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { OnResolveArgs, OnResolveResult, Plugin, PluginBuild } from 'esbuild'

const OWN = /^gatewright(\/|$)/
const SOURCE = /\.[cm]?tsx?$/

const isRelative = (path: string) => path.startsWith('.') || path.startsWith('/') || path.startsWith('file:') || /^[a-z]:[\\/]/i.test(path)

function isInstalled(specifier: string, folder: string): boolean {
  const [scope = '', name = ''] = specifier.split('/')
  const packageName = scope.startsWith('@') ? join(scope, name) : scope
  if (existsSync(join(folder, 'node_modules', packageName))) return true
  return dirname(folder) !== folder && isInstalled(specifier, dirname(folder))
}

async function resolvePackage(build: PluginBuild, args: OnResolveArgs): Promise<OnResolveResult | undefined> {
  const { path, importer, namespace, resolveDir, kind } = args
  const found = await build.resolve(path, { importer, namespace, resolveDir, kind, pluginData: 'resolving' })
  // esbuild then fails by itself, and its error has the position of the import.
  if (found.errors.length > 0 || found.external) return undefined
  const packaged = found.path.includes('/node_modules/') || found.path.includes('\\node_modules\\') || isInstalled(path, resolveDir)
  if (SOURCE.test(found.path) || !packaged) return { path: found.path, namespace: found.namespace }
  return { path: pathToFileURL(found.path).href, external: true }
}

/** The copy that is running, so that a config and its runner share one. */
function resolveOwn(path: string, external: boolean): OnResolveResult {
  try {
    const url = import.meta.resolve(path)
    return external ? { path: url, external } : { path: fileURLToPath(url) }
  } catch {
    return { errors: [{ text: `Could not resolve "${path}"` }] }
  }
}

/** Anything but a package: the entry, a path, an `imports` entry of package.json; and what this plugin asks itself. */
const isLocal = ({ path, kind, pluginData }: OnResolveArgs) =>
  pluginData === 'resolving' || kind === 'entry-point' || path.startsWith('#') || isRelative(path)

/** Leaves installed packages out of a bundle, named as files, but takes in those that consist of TypeScript (workspace packages). */
export function installedPackages(): Plugin {
  return {
    name: 'gatewright-installed-packages',
    setup(build) {
      build.onResolve({ filter: /.*/ }, async (args) => {
        if (isLocal(args)) return undefined
        if (isBuiltin(args.path)) return { path: args.path, external: true }
        return OWN.test(args.path) ? resolveOwn(args.path, true) : resolvePackage(build, args)
      })
    },
  }
}

/** Takes `gatewright` into a bundle. */
export function ownPackage(): Plugin {
  return {
    name: 'gatewright-own-package',
    setup(build) {
      build.onResolve({ filter: OWN }, ({ path }) => resolveOwn(path, false))
    },
  }
}
