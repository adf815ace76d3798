import type { MirrorSettings } from '../../sdk/policies/mirror.js'
import type { ResolvedRoute, ResolvedUpstream } from '../../sdk/resolved.js'
import { compileChoiceReader } from '../forward/choice-reader.js'
import { hasBody } from '../forward/collect-body.js'
import type { ForwardContext } from '../forward/forward.js'
import { KeptBody } from '../forward/kept-body.js'
import type { Tap } from '../forward/taps.js'
import type { CompiledRoute } from '../pipeline/compiled-route.js'
import type { GatewayExchange, HeaderEdit } from '../pipeline/exchange.js'
import { spread } from '../policies/spread.js'
import type { Resource, Services } from '../services.js'
import type { UpstreamPool } from '../upstreams/target.js'
import { type CompareResponses, compileComparison } from './compare-responses.js'
import { credentialNames } from './credential-names.js'
import type { MirrorBoard } from './mirror-board.js'
import { MirrorCopy } from './mirror-copy.js'

/** Safe methods (RFC 9110 section 9.2.1, and those of the IANA registry that are). */
const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'QUERY', 'PROPFIND', 'SEARCH', 'REPORT'])

/** How copies of one route's requests go to the mirror's upstream. */
export interface MirrorWay {
  readonly route: CompiledRoute
  readonly pool: UpstreamPool
  /** Header edits beside those of the request itself. */
  readonly edits: readonly HeaderEdit[]
  readonly timeout: number
  /** Undefined where nothing is compared. */
  readonly compare: CompareResponses | undefined
  /** Most bytes of a response that are kept; negative where none are. */
  readonly responseLimit: number
}

/** Where copies go, in one generation of the config. */
export interface MirrorTarget {
  readonly to: ResolvedUpstream
  readonly pool: UpstreamPool
}

/** What mirrors need of their surroundings. */
export interface MirrorDeps {
  readonly board: MirrorBoard
  readonly log: Services['log']
}

/** One mirror: decides which requests are copied, and bounds how many copies are under way. */
export class Mirror implements Resource {
  readonly #settings: Omit<MirrorSettings, 'to'>
  readonly #deps: MirrorDeps
  readonly #sampled = spread()
  readonly #ways = new WeakMap<ResolvedRoute, MirrorWay>()
  readonly #running = new Set<MirrorCopy>()
  #closed = false

  constructor(settings: Omit<MirrorSettings, 'to'>, deps: MirrorDeps) {
    this.#settings = settings
    this.#deps = deps
  }

  /** Copies a request that is about to go upstream, if it is one to copy; returns what has to follow the request. */
  open(exchange: GatewayExchange, route: CompiledRoute, context: ForwardContext, target: MirrorTarget): Tap | undefined {
    const { unsafe, sample, limit, concurrency } = this.#settings
    const { source } = route
    if (!source || this.#closed || route.pool === target.pool) return undefined
    if ((!unsafe && !SAFE.has(exchange.method)) || !this.#sampled(sample)) return undefined
    const streamed = exchange.body === undefined && hasBody(exchange.req)
    const kept = streamed ? KeptBody.of(exchange.req, limit) : undefined
    if (streamed ? !kept : Buffer.byteLength(exchange.body ?? '') > limit) this.#deps.board.requested(source.id, 'too_large')
    else if (this.#running.size >= concurrency) this.#deps.board.requested(source.id, 'dropped')
    else return this.#begin(new MirrorCopy(exchange, this.#way(route, source, target), context, kept, this.#outcome(source.id)))
    return undefined
  }

  /** Ends every copy under way: nobody waits for them. */
  close(): void {
    this.#closed = true
    for (const copy of this.#running) copy.cancel()
  }

  #begin(copy: MirrorCopy): Tap | undefined {
    this.#running.add(copy)
    copy.start()
    return copy.follows ? copy : undefined
  }

  #outcome(route: string) {
    const { board, log } = this.#deps
    return {
      board,
      route,
      over: (copy: MirrorCopy) => void this.#running.delete(copy),
      failed: (error: unknown) => log.error({ err: error, route }, 'a mirrored request failed in the gateway'),
    }
  }

  #way(route: CompiledRoute, source: ResolvedRoute, { to, pool }: MirrorTarget): MirrorWay {
    const known = this.#ways.get(source)
    if (known) return known
    const { timeout, diff, header, credentials } = this.#settings
    const stripped = credentials === 'strip' ? credentialNames(source) : []
    const own: Partial<CompiledRoute> = {
      pool,
      retry: false,
      hedge: undefined,
      fallback: undefined,
      chooseBy: compileChoiceReader({ ...source, upstream: to }),
      deadlineHeader: to.settings.deadlineHeader,
      timeouts: { headers: timeout, idle: timeout, total: timeout },
    }
    const way: MirrorWay = {
      route: Object.assign(Object.create(route) as CompiledRoute, own),
      pool,
      edits: [...stripped.map((name) => ({ name, value: undefined, add: false })), { name: header, value: '1', add: false }],
      timeout,
      compare: diff && compileComparison(source, diff),
      responseLimit: diff ? diff.limit : -1,
    }
    this.#ways.set(source, way)
    return way
  }
}
