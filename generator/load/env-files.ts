import { readFile } from 'node:fs/promises'
import { parseEnv } from 'node:util'

async function readEnv(file: string): Promise<NodeJS.Dict<string>> {
  try {
    return parseEnv(await readFile(file, 'utf8'))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {}
    throw error
  }
}

/**
 * Sets environment variables from files; a later file wins over an earlier one, and a variable that was set before
 * wins over both. `owned` names the variables that an earlier call set: those follow the files, and go when they go.
 * Returns the names it set.
 */
export async function loadEnvFiles(files: readonly string[], owned: ReadonlySet<string> = new Set()): Promise<ReadonlySet<string>> {
  const values: NodeJS.Dict<string> = Object.assign({}, ...(await Promise.all(files.map(readEnv))))
  const names = Object.keys(values).filter((name) => process.env[name] === undefined || owned.has(name))
  for (const name of owned) if (!(name in values)) delete process.env[name]
  for (const name of names) process.env[name] = values[name]
  return new Set(names)
}
