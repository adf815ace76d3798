import { z } from 'zod'
import type { Effects } from '../effects.js'
import { bindPolicy, type Policy, type PolicyDefinition } from '../policy.js'
import { keyValue } from '../schemas/values.js'
import type { BaseContext } from '../types.js'
import type { HeaderValues, NeedsOf } from './headers.js'

const name = z.string().min(1)
const value = z.union([z.string(), keyValue], 'expected a text or a key')

const options = z.strictObject({
  /** Removes parameters by name. */
  remove: z.array(name).default([]),
  /** Gives parameters another name: old name to new name. */
  rename: z.record(name, name).default({}),
  /** Sets each parameter, replacing all that have its name; a key that reads nothing removes them. */
  set: z.record(name, value).default({}),
  /** Adds each parameter beside those that are there. */
  add: z.record(name, value).default({}),
})

export const queryDefinition = {
  name: 'query',
  phase: 'transform',
  options,
  effects: (): Effects => ({}),
} as const satisfies PolicyDefinition<'query'>

/** Options of {@link query}; removals come first, then renames, then what is set, then what is added. */
export interface QueryOptions<Put extends HeaderValues, Added extends HeaderValues> {
  /** Removes parameters by name. */
  readonly remove?: readonly string[]
  /** Gives parameters another name: old name to new name. */
  readonly rename?: Readonly<Record<string, string>>
  /** Sets each parameter, replacing all that have its name. */
  readonly set?: Put
  /** Adds each parameter beside those that are there. */
  readonly add?: Added
}

/** Edits the query of the request to the upstream; parameters that no edit names pass byte for byte. Schemas see the caller's own. */
export function query<Put extends HeaderValues = {}, Added extends HeaderValues = {}>(
  given: QueryOptions<Put, Added>,
): Policy<NeedsOf<Put> & NeedsOf<Added> & BaseContext, unknown, never> {
  return bindPolicy(queryDefinition, given, query) as Policy<NeedsOf<Put> & NeedsOf<Added> & BaseContext, unknown, never>
}
