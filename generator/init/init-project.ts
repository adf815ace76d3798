import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { ConfigError } from '../../sdk/config-error.js'
import { refuseFileErrors } from '../refuse-file-errors.js'
import { type ProjectVersions, projectFiles } from './project-files.js'

/** A repository that is about to be filled is as good as empty. */
const IGNORED = new Set(['.git'])

function refused(message: string, hint: string): ConfigError {
  return new ConfigError([{ code: 'GW1904', path: [], message, hint }])
}

/** True if the folder is there; refuses one that holds something. */
async function isEmptyFolder(target: string, shown: string): Promise<boolean> {
  try {
    const entries = (await readdir(target)).filter((entry) => !IGNORED.has(entry))
    if (entries.length === 0) return true
    throw refused(`${shown} is not empty: it has ${entries.slice(0, 3).join(', ')}${entries.length > 3 ? ', …' : ''}`, 'name a new folder')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return false
    if (code === 'ENOTDIR') throw refused(`${shown} is a file`, 'name a new folder')
    throw error
  }
}

function packageName(target: string): string {
  const name = basename(target)
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[._-]+|-+$/g, '')
  return name === '' || name === 'gatewright' ? 'my-gateway' : name
}

/** Puts the files in place, or none of them: they are written aside first, and taken back if one cannot move. */
async function placeFiles(target: string, files: ReadonlyMap<string, string>): Promise<void> {
  const aside = await mkdtemp(join(target, '.gatewright-init-'))
  const placed: string[] = []
  try {
    for (const [name, text] of files) await writeFile(join(aside, name), text, { flag: 'wx' })
    for (const name of files.keys()) {
      await rename(join(aside, name), join(target, name))
      placed.push(name)
    }
  } catch (error) {
    await Promise.all(placed.map((name) => rm(join(target, name), { force: true })))
    throw error
  } finally {
    await rm(aside, { recursive: true, force: true })
  }
}

/**
 * Makes a project in a new or empty folder, whole or not at all. Returns the names of its files.
 * @throws ConfigError GW1904 if the folder holds something or cannot be written.
 */
export async function initProject(cwd: string, folder: string, versions: ProjectVersions): Promise<readonly string[]> {
  const target = resolve(cwd, folder)
  const existed = await isEmptyFolder(target, folder)
  const files = projectFiles(packageName(target), versions)
  const placing = <T>(act: () => Promise<T>) => refuseFileErrors(folder, 'name another folder', act)
  const created = await placing(() => mkdir(target, { recursive: true }))
  try {
    await placing(() => placeFiles(target, files))
  } catch (error) {
    if (!existed) await rm(created ?? target, { recursive: true, force: true })
    throw error
  }
  return [...files.keys()]
}
