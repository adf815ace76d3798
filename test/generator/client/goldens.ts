import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import type { OpenAPIV3_1 } from 'openapi-types'
import { emitClient } from '../../../generator/client/emit-client.js'
import { hostile } from './documents/hostile.js'
import { schemas } from './documents/schemas.js'
import { shop } from './documents/shop.js'

const folder = new URL('../../golden/client/', import.meta.url)

/** The documents that have a golden client, by name. */
export const goldenDocuments: Readonly<Record<string, OpenAPIV3_1.Document>> = { hostile, schemas, shop }

/** The golden client of one document, as it lies in its folder. */
export function readGolden(name: string): ReadonlyMap<string, string> {
  const home = new URL(`${name}/`, folder)
  return new Map(
    readdirSync(home)
      .sort()
      .map((file) => [file, readFileSync(new URL(file, home), 'utf8')]),
  )
}

/** Rewrites every golden client after a wanted change. */
export function updateClientGoldens(): void {
  for (const [name, document] of Object.entries(goldenDocuments)) {
    const home = new URL(`${name}/`, folder)
    rmSync(home, { recursive: true, force: true })
    mkdirSync(home, { recursive: true })
    for (const [file, text] of emitClient(document)) writeFileSync(new URL(file, home), text)
  }
}
