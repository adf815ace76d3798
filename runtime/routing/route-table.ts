import { METHODS } from 'node:http'
import findMyWay from 'find-my-way'
import type { PathSegment } from '../../sdk/path.js'
import type { ResolvedRoute } from '../../sdk/resolved.js'
import { hasEncodedSlash } from '../edge/canonical-target.js'
import { conditionsHold, type MatchSubject } from './conditions.js'

/** What the table needs to know of an entry. */
export type Routable = Pick<ResolvedRoute, 'method' | 'segments' | 'paramNames' | 'match' | 'encodedSlashes'>

/** A match: the entry and its decoded path parameters. */
export interface RouteMatch<T> {
  readonly entry: T
  readonly params: Readonly<Record<string, string>>
}

/**
 * Finds the entry for a request. Literal segments rank before parameters, parameters with a pattern before those
 * without, these before wildcards; on one path, entries with conditions before those without, a named method before `*`.
 * A path with `%2F` matches only where the entry so found keeps encoded slashes; it is part of its segment then.
 */
export interface RouteTable<T> {
  match(method: string, path: string, subject: MatchSubject): RouteMatch<T> | undefined
  /** Methods that have an entry for this path, in alphabetical order. */
  allowed(path: string, subject: MatchSubject): readonly string[]
}

const NO_PARAMS: Readonly<Record<string, string>> = Object.freeze({})
const NO_SEARCH = Object.freeze({})

/** CONNECT is never routed, and TRACE would show a caller the headers that the gateway adds. */
const ROUTABLE = METHODS.filter((method) => method !== 'CONNECT' && method !== 'TRACE')

function pattern(segment: PathSegment, index: number): string {
  if (segment.kind === 'literal') return decodeURIComponent(segment.text).replaceAll(':', '::')
  if (segment.kind === 'wildcard') return '*'
  return segment.pattern === undefined ? `:p${index}` : `:p${index}(^(?:${segment.pattern})$)`
}

/** Keeps one list of entries per path and method; whether one of them applies decides if the router goes on looking. */
const conditionStrategy = {
  name: 'conditions',
  storage: () => {
    const lists: { readonly entries: readonly Routable[]; readonly handler: unknown }[] = []
    return {
      get: (subject: MatchSubject) =>
        lists.find(({ entries }) => entries.some(({ match }) => conditionsHold(match, subject)))?.handler ?? null,
      set: (entries: readonly Routable[], handler: unknown) => void lists.push({ entries, handler }),
    }
  },
  deriveConstraint: () => undefined,
}

function entriesFor<T extends Routable>(entries: readonly T[], method: string): T[] {
  const named = entries.filter((entry) => entry.method === method)
  const get = method === 'HEAD' && named.length === 0 ? entries.filter((entry) => entry.method === 'GET') : []
  const any = entries.filter((entry) => entry.method === '*')
  const all = [...named, ...get, ...any]
  return [...all.filter(({ match }) => match), ...all.filter(({ match }) => !match)]
}

function groupByPath<T extends Routable>(entries: readonly T[]): Map<string, T[]> {
  const byPath = new Map<string, T[]>()
  for (const entry of entries) {
    const path = `/${entry.segments.map(pattern).join('/')}`
    const same = byPath.get(path)
    if (same) same.push(entry)
    else byPath.set(path, [entry])
  }
  return byPath
}

/** The methods under which a path's entries are reached. */
function methodsOf(entries: readonly Routable[]): readonly string[] {
  const methods = new Set(entries.map(({ method }) => method as string))
  if (methods.has('*')) return ROUTABLE
  if (methods.has('GET')) methods.add('HEAD')
  // A method that this Node's parser does not know never comes, and the router would not take it.
  return [...methods].filter((method) => ROUTABLE.includes(method))
}

/** The entries of each path and method, in the order in which they are tried. */
function listsOf<T extends Routable>(entries: readonly T[]): { method: string; path: string; ordered: readonly T[] }[] {
  return [...groupByPath(entries)]
    .flatMap(([path, same]) => methodsOf(same).map((method) => ({ method, path, ordered: entriesFor(same, method) })))
    .filter(({ ordered }) => ordered.length > 0)
}

const createRouter = () =>
  findMyWay({
    maxParamLength: 16_384,
    // Patterns were checked when the config was resolved.
    allowUnsafeRegex: true,
    querystringParser: () => NO_SEARCH,
    constraints: { conditions: conditionStrategy as never },
  })

/** True for a template that takes paths with a slash at their end. A parameter does not: it would be empty, and then sent as `//`. */
function takesLastSlash({ segments }: Routable): boolean {
  const last = segments.at(-1)
  return last === undefined || last.kind === 'wildcard' || (last.kind === 'literal' && last.text === '')
}

/** Builds the table once, at load. */
export function buildRouteTable<T extends Routable>(entries: readonly T[]): RouteTable<T> {
  const plain = createRouter()
  // The router takes an empty parameter for one that is there, so paths that end with a slash have a router without those.
  const slashed = createRouter()
  const used = new Set<string>()
  // Without a route of its own HEAD goes wherever GET does, and the router needs to hold it only once.
  const headAsGet = entries.every(({ method }) => method !== 'HEAD')
  let conditional = false
  for (const { method, path, ordered } of listsOf(entries)) {
    const last = ordered.at(-1) as T
    used.add(method)
    if (headAsGet && method === 'HEAD') continue
    // An unconditional entry always applies, so the router need not ask.
    const options = last.match ? { constraints: { conditions: ordered } } : {}
    conditional ||= ordered.some(({ match }) => match)
    plain.on(method as 'GET', path, options, () => undefined, ordered)
    if (takesLastSlash(last)) slashed.on(method as 'GET', path, options, () => undefined, ordered)
  }

  function match(method: string, path: string, subject: MatchSubject): RouteMatch<T> | undefined {
    const router = path.endsWith('/') ? slashed : plain
    const asked = headAsGet && method === 'HEAD' ? 'GET' : method
    const found = router.find(asked as 'GET', path, (conditional ? { conditions: subject } : undefined) as never)
    if (!found) return undefined
    const ordered = found.store as readonly T[]
    const entry = ordered.length === 1 ? ordered[0] : ordered.find((candidate) => conditionsHold(candidate.match, subject))
    if (!entry || (entry.encodedSlashes === 'reject' && hasEncodedSlash(path))) return undefined
    return { entry, params: paramsOf(entry, found.params as Record<string, string>) }
  }

  return { match, allowed: (path, subject) => [...used].filter((method) => match(method, path, subject)).sort() }
}

function paramsOf(entry: Routable, found: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  if (entry.paramNames.length === 0) return NO_PARAMS
  const values = Object.values(found)
  const params: Record<string, string> = {}
  entry.paramNames.forEach((name, index) => {
    params[name] = values[index] ?? ''
  })
  return params
}
