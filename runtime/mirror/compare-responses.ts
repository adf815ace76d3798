import type { ResponseSpec, Schema } from '../../sdk/index.js'
import type { DiffSettings } from '../../sdk/policies/mirror.js'
import type { ResolvedRoute } from '../../sdk/resolved.js'
import { isJson } from '../pipeline/body-step.js'
import { decodeBody } from './decode-body.js'
import { parseExact } from './exact-json.js'
import { type DifferenceRules, findDifferences } from './find-differences.js'
import { PROBLEM_SCHEMA } from './problem-schema.js'
import type { ResponseCopy } from './response-copy.js'

/** Where two responses differ; undefined if that cannot be told. */
export type CompareResponses = (one: ResponseCopy, other: ResponseCopy) => Promise<readonly string[] | undefined>

const unescaped = (key: string) => key.replaceAll('~1', '/').replaceAll('~0', '~')

/** What the route knows of the upstream's own body at one status: its response is compared before any map. */
function sentSpec({ mapStatus, mapResponse, upstreamResponses, responses }: ResolvedRoute, status: number): ResponseSpec | undefined {
  const mapped = mapStatus[status] ?? status
  return upstreamResponses[mapped] ?? (mapped in mapResponse ? undefined : responses[mapped])
}

function schemaOf(spec: ResponseSpec | undefined): Schema | undefined {
  return spec === 'problem' ? PROBLEM_SCHEMA : typeof spec === 'object' ? spec : undefined
}

const UTF_8 = { fatal: true } as const

function jsonOf(bytes: Buffer): { readonly value: unknown } | undefined {
  try {
    return { value: parseExact(new TextDecoder('utf-8', UTF_8).decode(bytes)) }
  } catch {
    return undefined
  }
}

/** JSON is compared by its values, anything else by its bytes. */
function differencesIn(one: Buffer, other: Buffer, json: boolean, schema: Schema | undefined, rules: DifferenceRules): readonly string[] {
  if (one.equals(other)) return []
  const left = json ? jsonOf(one) : undefined
  const right = left && jsonOf(other)
  return left && right ? findDifferences(left.value, right.value, schema, rules) : ['']
}

/** How the responses of a route's own upstream and of its mirror are compared. */
export function compileComparison(route: ResolvedRoute, { ignore, arrays, headers, limit }: DiffSettings): CompareResponses {
  const rules: DifferenceRules = { arrays, ignore: ignore.map((pointer) => pointer.split('/').slice(1).map(unescaped)) }
  return async (one, other) => {
    // Another status has another body.
    if (one.status !== other.status) return ['status']
    const fields = headers.filter((name) => one.field(name) !== other.field(name)).map((name) => `header ${name}`)
    const coded = [one, other].map((copy) => decodeBody(copy.body, copy.field('content-encoding'), limit))
    const [left, right] = await Promise.all(coded)
    if (!left || !right) return undefined
    const spec = sentSpec(route, one.status)
    const json = typeof spec === 'object' || isJson(one.field('content-type') ?? '')
    const places = differencesIn(left, right, json, schemaOf(spec), rules)
    return [...fields, ...places.map((path) => (path === '' ? 'body' : path))]
  }
}
