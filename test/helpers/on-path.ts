import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import process from 'node:process'

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** Where Debian keeps servers; not on every user's PATH. */
const SYSTEM = ['/usr/sbin', '/usr/local/sbin']

/** The file that a command's name stands for, or undefined if it is not installed. */
export function onPath(name: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), ...SYSTEM]
  return folders.map((folder) => join(folder, name)).find(isExecutable)
}
