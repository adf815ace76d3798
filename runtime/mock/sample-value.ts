import { sampleText, type TextSchema } from './sample-text.js'

/** The part of JSON Schema (2020-12) that zod writes and that values are made up from. */
export interface SampleSchema extends TextSchema {
  readonly type?: string | readonly string[]
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly examples?: readonly unknown[]
  readonly default?: unknown
  readonly $ref?: string
  readonly $defs?: Readonly<Record<string, SampleSchema>>
  readonly anyOf?: readonly SampleSchema[]
  readonly oneOf?: readonly SampleSchema[]
  readonly allOf?: readonly SampleSchema[]
  readonly properties?: Readonly<Record<string, SampleSchema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: boolean | SampleSchema
  readonly prefixItems?: readonly SampleSchema[]
  readonly items?: SampleSchema
  readonly minItems?: number
  readonly maxItems?: number
  readonly minimum?: number
  readonly maximum?: number
  readonly exclusiveMinimum?: number
  readonly exclusiveMaximum?: number
  readonly multipleOf?: number
}

/** Beyond this depth optional parts are left out, so that a schema of a tree comes to an end. */
const FULL_DEPTH = 4
/** Beyond this depth not even required parts are made up: the schema has no end. */
const LAST_DEPTH = 24

/** Makes up values from one schema; the same random numbers give the same value. */
export class Sampler {
  readonly #root: SampleSchema
  readonly #random: () => number

  constructor(root: SampleSchema, random: () => number) {
    this.#root = root
    this.#random = random
  }

  sample(schema: SampleSchema = this.#root, depth = 0): unknown {
    if (depth > LAST_DEPTH) return null
    if (schema.examples && schema.examples.length > 0) return schema.examples[0]
    if ('const' in schema) return schema.const
    if (schema.enum) return this.#pick(schema.enum)
    if (schema.$ref !== undefined) return this.sample(this.#resolve(schema.$ref), depth + 1)
    const choices = schema.anyOf ?? schema.oneOf
    // Past the full depth the choice that ends soonest is taken: `null` where there is one.
    if (choices) return this.sample((depth > FULL_DEPTH ? choices.find(({ type }) => type === 'null') : undefined) ?? choices[0], depth + 1)
    if (schema.allOf) return Object.assign({}, ...schema.allOf.map((part) => this.sample(part, depth + 1)))
    return this.#ofType(schema, depth)
  }

  #ofType(schema: SampleSchema, depth: number): unknown {
    const type = Array.isArray(schema.type) ? schema.type[0] : schema.type
    if (type === 'object') return this.#object(schema, depth)
    if (type === 'array') return this.#array(schema, depth)
    if (type === 'string') return sampleText(schema, this.#random)
    if (type === 'integer') return this.#number(schema, true)
    if (type === 'number') return this.#number(schema, false)
    if (type === 'boolean') return this.#random() < 0.5
    return null
  }

  #object({ properties = {}, required = [], additionalProperties }: SampleSchema, depth: number): unknown {
    const names = Object.keys(properties).filter((name) => depth < FULL_DEPTH || required.includes(name))
    const made = Object.fromEntries(names.map((name) => [name, this.sample(properties[name], depth + 1)]))
    if (typeof additionalProperties !== 'object' || Object.keys(properties).length > 0 || depth >= FULL_DEPTH) return made
    return { [sampleText({}, this.#random)]: this.sample(additionalProperties, depth + 1) }
  }

  #array({ prefixItems = [], items, minItems = 0, maxItems = Number.POSITIVE_INFINITY }: SampleSchema, depth: number): unknown {
    const fixed = prefixItems.map((item) => this.sample(item, depth + 1))
    const wanted = depth < FULL_DEPTH ? Math.max(minItems, Math.min(2, maxItems)) : minItems
    const rest = items ? Array.from({ length: Math.max(0, wanted - fixed.length) }, () => this.sample(items, depth + 1)) : []
    return [...fixed, ...rest]
  }

  #number(schema: SampleSchema, whole: boolean): number {
    const step = schema.multipleOf ?? (whole ? 1 : 0.01)
    const above = schema.exclusiveMinimum === undefined ? schema.minimum : schema.exclusiveMinimum + step
    const below = schema.exclusiveMaximum === undefined ? schema.maximum : schema.exclusiveMaximum - step
    // zod bounds whole numbers to the safe ones; nobody wants to see those.
    const least = above !== undefined && above > Number.MIN_SAFE_INTEGER ? above : Math.min(0, below ?? 0)
    const most = Math.max(least, Math.min(below ?? Number.POSITIVE_INFINITY, least + 1_000))
    const made = Math.ceil((least + this.#random() * (most - least)) / step) * step
    return Number((made > most ? Math.floor(most / step) * step : made).toFixed(6))
  }

  #resolve(reference: string): SampleSchema {
    if (reference === '#') return this.#root
    return this.#root.$defs?.[reference.replace('#/$defs/', '')] ?? {}
  }

  #pick(values: readonly unknown[]): unknown {
    return values[Math.floor(this.#random() * values.length)]
  }
}
