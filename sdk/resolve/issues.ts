import { z } from 'zod'
import type { ConfigIssue, IssueOrigin } from '../config-error.js'
import { envFailureIn, isEnvFailure } from '../env.js'
import type { IssueCode } from '../issue-codes.js'
import { STAMP, type Stamp } from '../stamp.js'
import type { Schema } from '../types.js'
import { isSecretAt, keysAt } from './keys-at.js'
import { inside, type Place, stamped } from './place.js'
import { suggest } from './suggest.js'

export function originOf(place: Place): IssueOrigin {
  return { stamp: place.stamp, path: place.local }
}

/** Collects issues; one per place in the source and code, however often a shared definition is visited. */
export class IssueCollector {
  readonly issues: ConfigIssue[] = []
  readonly #seen = new Map<Stamp, Set<string>>()

  add(code: IssueCode, place: Place, message: string, more: Pick<ConfigIssue, 'hint' | 'related'> = {}): void {
    const seen = this.#seen.get(place.stamp) ?? new Set()
    this.#seen.set(place.stamp, seen)
    const id = `${code} ${place.local.join('\u0000')} ${message}`
    if (seen.has(id)) return
    seen.add(id)
    this.issues.push({ code, path: place.path, message, origin: originOf(place), ...more })
  }

  /** Parses options; adds every issue and returns undefined if there is any. */
  parse<S extends Schema>(schema: S, value: unknown, place: Place): S['_zod']['output'] | undefined {
    const failed = this.#environment(value, place)
    const result = z.safeParse(schema as unknown as z.core.$ZodType<S['_zod']['output']>, value)
    if (result.success) return failed.length === 0 ? result.data : undefined
    const issues = result.error.issues.filter((issue) => !failed.some((path) => sameStart(path, issue.path))).flatMap(narrow)
    // Unknown keys first: one of them may explain why another is missing.
    const unknown = issues.filter(({ code }) => code === 'unrecognized_keys')
    for (const issue of [...unknown, ...issues.filter(({ code }) => code !== 'unrecognized_keys')]) this.#zod(issue, schema, value, place)
    return undefined
  }

  #environment(value: unknown, place: Place): PropertyKey[][] {
    const found: PropertyKey[][] = []
    const path: PropertyKey[] = []
    const report = (stamp: Stamp | undefined, message: string) => {
      const at = inside(place, ...path)
      found.push([...path])
      this.add('GW1004', stamp ? stamped(at, stamp) : at, message, { hint: 'set it in the shell or in a .env file beside the config' })
    }
    const walk = (part: unknown) => {
      if (isEnvFailure(part)) report(part[STAMP], part.message)
      else if (isPlain(part))
        for (const key in part) {
          path.push(Array.isArray(part) ? Number(key) : key)
          walk((part as Readonly<Record<string, unknown>>)[key])
          path.pop()
        }
      const failure = typeof part === 'string' ? envFailureIn(part) : undefined
      if (failure !== undefined) report(undefined, failure)
    }
    walk(value)
    return found
  }

  /** True if an unknown key beside `place` is taken for the one that is missing there. */
  #isMisspelt({ path }: Place): boolean {
    const hint = `did you mean \`${String(path.at(-1))}\`?`
    return this.issues.some(
      (other) =>
        other.code === 'GW1003' && other.hint === hint && other.path.length === path.length && sameStart(path.slice(0, -1), other.path),
    )
  }

  #zod(issue: z.core.$ZodIssue, schema: Schema, value: unknown, place: Place): void {
    const at = inside(place, ...issue.path)
    if (issue.code === 'unrecognized_keys') {
      const known = keysAt(schema, issue.path)
      for (const key of issue.keys) {
        const close = suggest(key, known)
        this.add('GW1003', inside(at, key), `unknown key \`${key}\``, {
          hint: close ? `did you mean \`${close}\`?` : `known keys: ${known.join(', ')}`,
        })
      }
      return
    }
    const given = issue.path.reduce<unknown>(
      (part, key) => (typeof part === 'object' && part !== null ? (part as Record<PropertyKey, unknown>)[key] : undefined),
      value,
    )
    if (given !== undefined || !this.#isMisspelt(at))
      this.add('GW1002', at, describe(issue, given, isSecretAt(schema, issue.path)), hintFor(issue, given))
  }
}

/** True if the two paths agree as far as the shorter one goes. */
function sameStart(a: readonly PropertyKey[], b: readonly PropertyKey[]): boolean {
  return a.every((key, index) => index >= b.length || b[index] === key)
}

/** The issues of the one union branch that the value was meant for, if there is one. */
function narrow(issue: z.core.$ZodIssue): readonly z.core.$ZodIssue[] {
  if (issue.code !== 'invalid_union') return [issue]
  const meant = issue.errors.filter((branch) =>
    branch.every((inner) => inner.path.length > 0 || inner.code === 'unrecognized_keys' || inner.code === 'custom'),
  )
  const [only] = meant
  return meant.length === 1 && only ? only.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] })).flatMap(narrow) : [issue]
}

function isPlain(value: unknown): value is object {
  if (Array.isArray(value)) return true
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype && !(STAMP in value)
}

/** Prints a value the way it stands in code, shortened; secrets are the caller's to keep out. */
function show(value: unknown): string {
  if (typeof value === 'function') return 'a function'
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 60 ? `${text.slice(0, 57)}…` : text
}

function describe(issue: z.core.$ZodIssue, given: unknown, secret: boolean): string {
  const seen = secret && given !== undefined ? 'a secret' : show(given)
  if (issue.code === 'invalid_type')
    return given === undefined ? `missing; expected ${issue.expected}` : `expected ${issue.expected}, got ${seen}`
  if (issue.code === 'invalid_value') return `expected ${issue.values.map((value) => JSON.stringify(value)).join(' or ')}, got ${seen}`
  if (issue.code === 'custom' || given === undefined || issue.message.includes(', got ')) return issue.message
  return secret ? issue.message : `${issue.message.replace(/^Invalid input: /, '')}, got ${seen}`
}

function hintFor(issue: z.core.$ZodIssue, given: unknown): Pick<ConfigIssue, 'hint'> {
  if (issue.code === 'custom' && typeof issue.params?.['hint'] === 'string') return { hint: issue.params['hint'] }
  if (issue.code !== 'invalid_value' || typeof given !== 'string') return {}
  const close = suggest(given, issue.values.map(String))
  return close ? { hint: `did you mean "${close}"?` } : {}
}
