import { readFile } from 'node:fs/promises'
import { dirname, extname, relative, sep } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Loader, Plugin } from 'esbuild'

const LOADERS: Readonly<Record<string, Loader>> = { '.tsx': 'tsx', '.ts': 'ts', '.mts': 'ts', '.cts': 'ts', '.jsx': 'jsx' }

/** What `import.meta.*` is called inside a bundle, where one file stands for many. */
export const META_NAMES = {
  'import.meta.url': '__gatewright_url',
  'import.meta.filename': '__gatewright_filename',
  'import.meta.dirname': '__gatewright_dirname',
}

/** For a bundle that is run at once: the file itself, absolute. */
export function atHome(file: string): string {
  const values = [pathToFileURL(file).href, file, dirname(file)].map((value) => JSON.stringify(value))
  return `const __gatewright_url = ${values[0]}, __gatewright_filename = ${values[1]}, __gatewright_dirname = ${values[2]};`
}

/** For a bundle that is kept: the file's place as seen from the bundle's folder. */
export function fromFolder(file: string, folder: string): string {
  const path = JSON.stringify(relative(folder, file).split(sep).join('/'))
  return [
    'import { fileURLToPath as __gatewright_path } from "node:url";',
    'const { url: __gatewright_bundle } = import.meta;',
    `const __gatewright_url = new URL(${path}, __gatewright_bundle).href;`,
    'const __gatewright_filename = __gatewright_path(__gatewright_url);',
    'const __gatewright_dirname = __gatewright_path(new URL(".", __gatewright_url));',
  ].join(' ')
}

/**
 * Reports every source file that a bundle reads, and keeps `import.meta.url`, `.filename` and `.dirname` meaning the
 * file they are written in, as `place` says it.
 */
export function configFiles(place: (file: string) => string, onInput: (file: string) => void = () => {}): Plugin {
  return {
    name: 'gatewright-files',
    setup(build) {
      build.onLoad({ filter: /\.([cm]?[jt]sx?|json)$/, namespace: 'file' }, async ({ path }) => {
        onInput(path)
        if (path.endsWith('.json')) return undefined
        const text = await readFile(path, 'utf8')
        if (!text.includes('import.meta')) return undefined
        // On the first line, so that no later line moves.
        return { contents: `${place(path)} ${text}`, loader: LOADERS[extname(path)] ?? 'js', resolveDir: dirname(path) }
      })
    },
  }
}
