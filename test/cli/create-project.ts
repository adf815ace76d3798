import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import type { ExecutionContext } from 'ava'

const ROOT = resolve(import.meta.dirname, '../..')

/** Makes a folder with the given files, gatewright and zod; removed when the test ends. */
export async function createProject(t: ExecutionContext, files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'gatewright-test-')))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  await mkdir(join(folder, 'node_modules'))
  await symlink(ROOT, join(folder, 'node_modules/gatewright'))
  await symlink(await realpath(join(ROOT, 'node_modules/zod')), join(folder, 'node_modules/zod'))
  await writeProject(folder, files)
  return folder
}

/** Writes files into a folder, making the folders they need. */
export async function writeProject(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), text)
  }
}
