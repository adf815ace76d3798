import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The texts that an emitter gives for its cases, by path below `test/golden/<folder>/`. */
export interface Goldens {
  readonly folder: string
  readonly files: ReadonlyMap<string, string>
}

const ROOT = fileURLToPath(new URL('../golden/', import.meta.url))

/** Reads what is stored of a folder's goldens, by path below it. */
export function readGoldens(folder: string): ReadonlyMap<string, string> {
  const root = join(ROOT, folder)
  const entries = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  const paths = entries.map((entry) => join(entry.parentPath, entry.name)).sort()
  return new Map(paths.map((path) => [relative(root, path), readFileSync(path, 'utf8')]))
}

/** Replaces everything stored of a folder's goldens. */
export function writeGoldens({ folder, files }: Goldens): void {
  rmSync(join(ROOT, folder), { recursive: true, force: true })
  for (const [path, text] of files) {
    const file = join(ROOT, folder, path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
  }
}
