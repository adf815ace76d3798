import { createServer, request as httpRequest } from 'node:http'
import type { AddressInfo } from 'node:net'
import hapi, { type Request } from '@hapi/hapi'
import { type AnyAuth, defineGateway, Problem, resolveGateway, route, upstream } from 'gatewright'
import { pino } from 'pino'
import { RevocationList } from '../../runtime/auth/revocation-list.js'
import { createVerifyToken } from '../../runtime/auth/verify-token.js'
import type { Clock } from '../../runtime/clock.js'
import { createJwtStrategies } from '../../runtime/hapi/jwt-strategy.js'
import { GatewayExchange } from '../../runtime/pipeline/exchange.js'
import { compileAuthenticate } from '../../runtime/policies/authenticate.js'
import type { Resource, Services } from '../../runtime/services.js'
import { createMemoryLimitStore } from '../../runtime/stores/memory-limit-store.js'
import { createMemorySharedState } from '../../runtime/stores/memory-shared-state.js'
import type { SharedState } from '../../runtime/stores/shared-state.js'

/** A clock that moves only when told to. */
export interface ManualClock extends Clock {
  /** Moves both clocks. */
  advance(ms: number): void
  /** Moves the wall clock alone, as an operator or NTP would. */
  step(ms: number): void
}

export function manualClock(wall = 1_900_000_000_000): ManualClock {
  const at = { now: 1_000, wall }
  return {
    now: () => at.now,
    wall: () => at.wall,
    advance: (ms) => {
      at.now += ms
      at.wall += ms
    },
    step: (ms) => {
      at.wall += ms
    },
  }
}

/** What one request to an {@link AuthGateway} came to. */
export interface AuthAnswer {
  readonly status: number
  readonly code: string | undefined
  readonly detail: string | undefined
  readonly auth: any
  /** Headers that would not be sent upstream. */
  readonly stripped: readonly string[]
  /** Edits of the request and of the response: `name: value`. */
  readonly edits: { readonly request: readonly string[]; readonly response: readonly string[] }
  /** Whether what was found, and what it holds, cannot be changed. */
  readonly frozen: boolean
  /** Whether the step answered without a promise. */
  readonly synchronous: boolean
  readonly challenges: readonly string[]
  /** Headers of the problem, by name. */
  readonly headers: Readonly<Record<string, readonly string[]>>
  readonly retryAfter: string | undefined
}

/** A hapi server that runs one auth, compiled for two routes (`/second` is the other), and tells what it found. */
export interface AuthGateway {
  /** Raw headers: name, value, name, value. */
  ask(headers: readonly string[], more?: { path?: string; method?: string; body?: string; host?: boolean }): Promise<AuthAnswer>
  bearer(token: string): Promise<AuthAnswer>
  /** Compiles `auth` anew beside what is kept, as a reload does. */
  reload(auth: AnyAuth): void
  readonly revocations: RevocationList
  readonly logged: string[]
  /** Counted events: name and labels. */
  readonly counted: string[]
  readonly shared: SharedState
  /** Settles when every task that delays readiness has. */
  warmed(): Promise<unknown>
  close(): Promise<void>
}

const isFrozen = (value: unknown): boolean =>
  typeof value !== 'object' || value === null || (Object.isFrozen(value) && Object.values(value).every(isFrozen))

// What an auth may need of its gateway; nothing here connects to it.
const everything = {
  redis: { url: 'redis://127.0.0.1:9' },
  server: { tls: { certFile: 'none', keyFile: 'none', clientCaFile: 'none' } },
}

const resolve = (auth: AnyAuth) => {
  const target = upstream('target', { targets: ['http://127.0.0.1:9'] })
  const routes = { any: route({ method: '*', path: '/{path*}', upstream: target, auth }) }
  const [only] = resolveGateway(defineGateway({ info: { title: 'Auth', version: '1.0.0' }, ...everything, routes })).routes
  return only!.auth!
}

type Step = (exchange: GatewayExchange) => unknown

async function run(step: Step, exchange: GatewayExchange): Promise<Omit<AuthAnswer, 'challenges' | 'headers' | 'retryAfter' | 'edits'>> {
  let synchronous = true
  const stripped = () => (exchange.requestEdits ?? []).map(({ name }) => name)
  try {
    const result = step(exchange)
    synchronous = !(result instanceof Promise)
    await result
    return {
      status: 200,
      code: undefined,
      detail: undefined,
      auth: exchange.auth,
      stripped: stripped(),
      frozen: isFrozen(exchange.auth),
      synchronous,
    }
  } catch (error) {
    if (!(error instanceof Problem))
      return { status: 500, code: 'crash', detail: String(error), auth: undefined, stripped: [], frozen: true, synchronous }
    return {
      status: error.status,
      code: error.code,
      detail: error.detail,
      auth: undefined,
      stripped: stripped(),
      frozen: true,
      synchronous,
    }
  }
}

/** Starts it on a free port. */
export async function startAuthGateway(auth: AnyAuth, clock: Clock = manualClock()): Promise<AuthGateway> {
  const listener = createServer({ maxHeaderSize: 2_000_000 })
  const server = hapi.server({
    host: '127.0.0.1',
    port: 0,
    listener,
    debug: false,
    routes: { state: { parse: false, failAction: 'ignore' } },
  })
  const kept = new Map<string, Resource>()
  const warming: Promise<void>[] = []
  const logged: string[] = []
  const counted: string[] = []
  const shared = createMemorySharedState(clock)
  const revocations = new RevocationList({ shared, clock, log: pino({ level: 'silent' }) })
  const keep = <T extends Resource>(key: string, create: () => T): T => {
    if (!kept.has(key)) kept.set(key, create())
    return kept.get(key) as T
  }
  const services = {
    clock,
    log: pino({ level: 'debug' }, { write: (line: string) => logged.push(line) }),
    count: (name: string, labels: object) => void counted.push(`${name} ${JSON.stringify(labels)}`),
    shared,
    keep,
    keepByStore: keep,
    warm: (task: () => Promise<void>) => warming.push(task()),
    revocations,
    limits: createMemoryLimitStore(clock),
    jwt: { strategy: await createJwtStrategies(server, ({ hapiRequest }) => hapiRequest as Request), createVerifyToken },
  } as unknown as Services
  const compile = (from: AnyAuth) => {
    const resolved = resolve(from)
    const one = () => compileAuthenticate(resolved, { key: 'auth', identity: resolved.identity, services }).request as Step
    return { first: one(), second: one() }
  }
  let steps = compile(auth)
  server.route({
    method: '*',
    path: '/{path*}',
    options: { payload: { parse: false, output: 'stream' } },
    handler: async (request, h) => {
      const { req, res } = request.raw
      const exchange = new GatewayExchange(req, res, request.path, (req.url as string).split('?')[1] ?? '', '127.0.0.1', 'r1', clock.now())
      exchange.hapiRequest = request
      const problems: Problem[] = []
      const answer = await run((given) => {
        const note = (error: unknown) => {
          if (error instanceof Problem) problems.push(error)
          throw error
        }
        try {
          const result = (request.path === '/second' ? steps.second : steps.first)(given)
          return result instanceof Promise ? result.catch(note) : result
        } catch (error) {
          return note(error)
        }
      }, exchange)
      const flat = problems[0]?.headers ?? []
      const values = (name: string) => flat.filter((_, index) => index % 2 === 1 && flat[index - 1] === name)
      const lines = (edits: GatewayExchange['requestEdits']) => (edits ?? []).map(({ name, value }) => `${name}: ${value ?? '-'}`)
      const edits = { request: lines(exchange.requestEdits), response: lines(exchange.responseEdits) }
      return h.response(
        JSON.stringify({
          ...answer,
          edits,
          challenges: values('WWW-Authenticate'),
          headers: Object.fromEntries(flat.flatMap((name, index) => (index % 2 === 0 ? [[name, values(name)]] : []))),
          retryAfter: values('Retry-After')[0],
        }),
      )
    },
  })
  await server.start()
  const { port } = listener.address() as AddressInfo
  const ask: AuthGateway['ask'] = (headers, { path = '/', method = 'GET', body, host = true } = {}) =>
    new Promise((done, fail) => {
      const sent = httpRequest({
        host: '127.0.0.1',
        port,
        path,
        method,
        headers: [...(host ? ['Host', 'gw'] : []), 'Connection', 'close', ...headers],
      })
      sent.on('error', fail)
      sent.on('response', (response) => {
        let text = ''
        response.setEncoding('utf8')
        response.on('data', (chunk: string) => {
          text += chunk
        })
        response.on('end', () => done(JSON.parse(text) as AuthAnswer))
        response.on('error', fail)
      })
      sent.end(body)
    })
  return {
    ask,
    bearer: (token) => ask(['Authorization', `Bearer ${token}`]),
    reload: (next) => {
      steps = compile(next)
    },
    revocations,
    logged,
    counted,
    shared,
    warmed: () => Promise.all(warming),
    close: async () => {
      for (const resource of kept.values()) await resource.close()
      await server.stop({ timeout: 0 })
    },
  }
}
