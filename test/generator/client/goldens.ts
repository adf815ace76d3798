import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import type { OpenAPIV3_1 } from 'openapi-types'
import { hostile } from './documents/hostile.js'
import { schemas } from './documents/schemas.js'
import { shop } from './documents/shop.js'
import { updateRuntimeText } from './update-runtime-text.js'

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

/** Rewrites the runtime's text and every golden client after a wanted change. */
export async function updateClientGoldens(): Promise<void> {
  updateRuntimeText()
  // Loaded only now, so that it carries the text just written.
  const { emitClient } = await import('../../../generator/client/emit-client.js')
  for (const [name, document] of Object.entries(goldenDocuments)) {
    const home = new URL(`${name}/`, folder)
    rmSync(home, { recursive: true, force: true })
    mkdirSync(home, { recursive: true })
    for (const [file, text] of emitClient(document)) writeFileSync(new URL(file, home), text)
  }
}
