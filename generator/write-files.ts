import { randomBytes } from 'node:crypto'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** A file by its path inside a folder; without a text it is to go. */
export interface OutputFile {
  readonly path: string
  readonly text: string | undefined
}

/** What happened, or would happen, to a file. */
export interface FileChange {
  readonly path: string
  readonly kind: 'created' | 'updated' | 'removed'
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** What writing the files would change; files that are the same already are left out. */
export async function compareFiles(folder: string, files: readonly OutputFile[]): Promise<readonly FileChange[]> {
  const changes = await Promise.all(
    files.map(async ({ path, text }): Promise<readonly FileChange[]> => {
      const before = await readIfThere(join(folder, path))
      if (before === text) return []
      return [{ path, kind: before === undefined ? 'created' : text === undefined ? 'removed' : 'updated' }]
    }),
  )
  return changes.flat()
}

/**
 * Writes the files that differ and removes those without a text. Each appears whole or not at all: all are written
 * beside their places first, and only when every one is there do they move. Returns what changed.
 */
export async function writeFiles(folder: string, files: readonly OutputFile[]): Promise<readonly FileChange[]> {
  const changes = await compareFiles(folder, files)
  const texts = new Map(files.map(({ path, text }) => [path, text]))
  const suffix = `.${process.pid}-${randomBytes(6).toString('hex')}.tmp`
  const written = changes.filter(({ kind }) => kind !== 'removed').map(({ path }) => join(folder, path))
  try {
    for (const { path, kind } of changes) {
      const file = join(folder, path)
      if (kind === 'removed') continue
      await mkdir(dirname(file), { recursive: true })
      await writeFile(file + suffix, texts.get(path) ?? '', { flag: 'wx' })
    }
    for (const file of written) await rename(file + suffix, file)
  } catch (error) {
    await Promise.all(written.map((file) => rm(file + suffix, { force: true })))
    throw error
  }
  for (const { path, kind } of changes) if (kind === 'removed') await rm(join(folder, path), { force: true })
  return changes
}
