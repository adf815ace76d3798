import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** What package.json says of the package that is running. */
export interface OwnPackage {
  readonly version: string
  readonly dependencies: Readonly<Record<string, string>>
  readonly devDependencies: Readonly<Record<string, string>>
}

/** Reads the package.json of the package that is running. */
export function ownPackage(): OwnPackage {
  return JSON.parse(readFileSync(fileURLToPath(import.meta.resolve('gatewright/package.json')), 'utf8'))
}
