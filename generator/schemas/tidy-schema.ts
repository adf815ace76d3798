import type { z } from 'zod'
import { tidyString } from './tidy-string.js'

type Json = z.core.JSONSchema.BaseSchema
type Meta = Readonly<Record<string, unknown>>

const MINUTE_MS = 60_000
const REFERENCE = /^#\/\$defs\/[^/]+$/

/** A value made from the clock, such as `z.date().default(() => new Date())`; the documents would differ on every run. */
function isMomentary(value: unknown): boolean {
  if (typeof value !== 'number' && typeof value !== 'string' && !(value instanceof Date)) return false
  return Math.abs(new Date(value).getTime() - Date.now()) < MINUTE_MS
}

function tidyDefault(read: () => unknown, json: Json): void {
  if (!('default' in json)) return
  const again = read()
  if (isMomentary(again) || JSON.stringify(again) !== JSON.stringify(json.default)) delete json.default
}

function addDiscriminator(def: z.core.$ZodDiscriminatedUnionDef, json: Json): void {
  const refs = (json.oneOf ?? []).map((option) => (option as Json).$ref)
  if (!refs.every((ref) => ref !== undefined && REFERENCE.test(ref))) return
  const targets = def.options.flatMap((option, index) =>
    [...(option._zod.propValues?.[def.discriminator] ?? [])].map((value) => [value, refs[index]] as const),
  )
  if (!targets.every(([value]) => typeof value === 'string')) return
  json['discriminator'] = { propertyName: def.discriminator, mapping: Object.fromEntries(targets) }
}

function tidyInteger(json: Json): void {
  if (json.minimum === Number.MIN_SAFE_INTEGER) delete json.minimum
  if (json.maximum === Number.MAX_SAFE_INTEGER) delete json.maximum
}

function tidyRecord(json: Json): void {
  if (JSON.stringify(json.propertyNames) === '{"type":"string"}') delete json.propertyNames
}

/**
 * Corrects what zod wrote for one schema: the result says what a caller may rely on, and nothing about how zod checks it.
 * Runs on each schema after its inner ones.
 */
export function tidySchema(schema: z.core.$ZodTypes, json: Json, meta: Meta | undefined): void {
  const { def } = schema._zod
  // An id is printed as a component's name; zod leaves it in some copies.
  delete json['id']
  switch (def.type) {
    case 'object':
      // Open in both directions, so that a member added later breaks no client; `z.strictObject` stays closed.
      if (def.catchall === undefined) delete json.additionalProperties
      break
    case 'record':
      tidyRecord(json)
      break
    case 'string':
      tidyString(schema, json)
      break
    case 'number':
      tidyInteger(json)
      break
    case 'file':
      delete json['contentEncoding']
      break
    case 'readonly':
      // In OpenAPI the word means "never sent in a request", which zod's `.readonly()` does not say.
      if (meta?.['readOnly'] !== true) delete json.readOnly
      break
    case 'default':
    case 'prefault':
      tidyDefault(() => def.defaultValue, json)
      break
    case 'catch':
      tidyDefault(() => def.catchValue(undefined as never), json)
      break
    case 'union':
      if ('discriminator' in def) addDiscriminator(def as z.core.$ZodDiscriminatedUnionDef, json)
      break
    default:
  }
}
