import { existsSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { OnResolveArgs, OnResolveResult, Plugin, PluginBuild } from 'esbuild'

/** How a bundle names the packages that it does not contain. */
export type PackageNames =
  /** As files, for a bundle that is run at once, wherever it lies. */
  | 'files'
  /** As they are written, for a bundle that is kept. */
  | 'names'

const OWN = /^gatewright(\/|$)/
const SOURCE = /\.[cm]?tsx?$/

const isRelative = (path: string) => path.startsWith('.') || path.startsWith('/') || path.startsWith('file:') || /^[a-z]:[\\/]/i.test(path)

function isInstalled(specifier: string, folder: string): boolean {
  const [scope = '', name = ''] = specifier.split('/')
  const packageName = scope.startsWith('@') ? join(scope, name) : scope
  if (existsSync(join(folder, 'node_modules', packageName))) return true
  return dirname(folder) !== folder && isInstalled(specifier, dirname(folder))
}

async function resolvePackage(build: PluginBuild, args: OnResolveArgs, names: PackageNames): Promise<OnResolveResult | undefined> {
  const { path, importer, namespace, resolveDir, kind } = args
  const found = await build.resolve(path, { importer, namespace, resolveDir, kind, pluginData: 'resolving' })
  // esbuild then fails by itself, and its error has the position of the import.
  if (found.errors.length > 0 || found.external) return undefined
  const packaged = found.path.includes('/node_modules/') || found.path.includes('\\node_modules\\') || isInstalled(path, resolveDir)
  if (SOURCE.test(found.path) || !packaged) return { path: found.path, namespace: found.namespace }
  return { path: names === 'files' ? pathToFileURL(found.path).href : path, external: true }
}

function resolveOwn(path: string): OnResolveResult {
  try {
    return { path: import.meta.resolve(path), external: true }
  } catch {
    return { errors: [{ text: `Could not resolve "${path}"` }] }
  }
}

/** Anything but a package: the entry, a path, an `imports` entry of package.json; and what this plugin asks itself. */
const isLocal = ({ path, kind, pluginData }: OnResolveArgs) =>
  pluginData === 'resolving' || kind === 'entry-point' || path.startsWith('#') || isRelative(path)

/**
 * Leaves installed packages out of a bundle, but takes in those that consist of TypeScript (workspace packages).
 * With `files`, `gatewright` is the copy that is running, so that a config and its runner share one.
 */
export function configPackages(names: PackageNames): Plugin {
  return {
    name: 'gatewright-packages',
    setup(build) {
      build.onResolve({ filter: /.*/ }, async (args) => {
        if (isLocal(args)) return undefined
        if (isBuiltin(args.path)) return { path: args.path, external: true }
        if (!OWN.test(args.path)) return resolvePackage(build, args, names)
        return names === 'files' ? resolveOwn(args.path) : { path: args.path, external: true }
      })
    },
  }
}
