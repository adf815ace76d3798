import type { ExecutionContext } from 'ava'
import { type Effects, type GatewayOptions, route, upstream } from 'gatewright'
import { emitOpenApi } from 'gatewright/generator'
import type { GatewayRunOptions } from 'gatewright/runtime'
import { Agent, fetch } from 'undici'
import { effectsIn, usesIn } from '../../generator/docs/docs-example.js'
import type { AuthName, PolicyName } from '../../sdk/policies/index.js'
import { gatewayOf } from '../helpers/document-of.js'
import { CA } from '../helpers/http2.js'
import { startGateway, startUpstream } from '../helpers/start-gateway.js'
import { type DeclaredOperation, readOperations, schemaCheck } from '../round-trip/declared.js'
import { UPSTREAM_MARK } from '../round-trip/library.js'
import { problemCode, type SeenResponse, undeclaredIn } from '../round-trip/seen.js'

/** What a scene can do. */
export interface Actor {
  /** Sends a request to the route; resolves when its response has begun. */
  send(headers?: Readonly<Record<string, string>>, body?: string): Promise<number>
  /** Sends a request whose upstream does not answer before `then` is over. */
  during(then: () => Promise<unknown>, headers?: Readonly<Record<string, string>>, body?: string): Promise<void>
}

/** A small config with a policy, and the requests that reach what the policy declares there. */
export interface Scene {
  /** Options of the route beside its path and upstream; by default a GET that declares a text. A function starts what they refer to. */
  readonly route: object | ((t: ExecutionContext) => Promise<object>)
  readonly gateway?: Partial<GatewayOptions>
  readonly run?: GatewayRunOptions
  /** True for a policy that gives responses of its own, which are neither the upstream's nor problems. */
  readonly replies?: boolean
  /** The certificate that requests are sent with, where the gateway speaks TLS. Default: none. */
  readonly client?: { readonly cert: string; readonly key: string }
  readonly play: (actor: Actor) => Promise<unknown>
}

/** Scenes of several policies, by name. */
export type ScenesOf = Readonly<Partial<Record<PolicyName | AuthName, readonly Scene[]>>>

/** What came of a scene. */
export interface Played {
  /** Whether the policy is used in it at all. */
  readonly used: boolean
  readonly declared: Required<Effects>
  /** Codes of the problems that were answered. */
  readonly codes: ReadonlySet<string>
  /** Lower-case names of the headers on any response. */
  readonly headers: ReadonlySet<string>
  /** The same, on the problems that the policy declares. */
  readonly onProblems: ReadonlySet<string>
  /** What was answered and is not in the document. */
  readonly undeclared: readonly string[]
}

const HOLD = 'x-hold'

type Ask = (method: string, headers?: Readonly<Record<string, string>>, body?: string) => Promise<Omit<SeenResponse, 'operation'>>

/** Opens a client; closed with the test. */
function openClient(t: ExecutionContext, url: string, certificate: Scene['client']): Ask {
  const dispatcher = new Agent({ connect: { ca: CA, ...certificate } })
  t.teardown(() => dispatcher.destroy())
  return async (method, headers = {}, body) => {
    const response = await fetch(url, { method, headers, dispatcher, ...(body !== undefined && { body }) })
    return { status: response.status, headers: new Headers([...response.headers]), body: await response.bytes() }
  }
}

/** An upstream that answers a text, or holds what asks for it until it is told to go on. */
async function openUpstream(t: ExecutionContext) {
  const held: (() => void)[] = []
  let tell = () => {}
  const up = await startUpstream(t, ({ headers }, res) => {
    const answer = () => void res.writeHead(200, { 'content-type': 'text/plain; charset=utf-8', [UPSTREAM_MARK]: 'yes' }).end('text')
    if (headers[HOLD] === undefined) answer()
    else {
      held.push(answer)
      tell()
    }
  })
  const holding = async () => {
    while (held.length === 0) await new Promise<void>((resolve) => (tell = resolve))
  }
  return { url: up.url, holding, goOn: () => held.pop()?.() }
}

const namesOf = (seen: readonly SeenResponse[]) => new Set(seen.flatMap(({ headers }) => [...headers.keys()]))

/** Plays a scene of the policy `name`. */
export async function playScene(t: ExecutionContext, name: string, scene: Scene, lifecycle: 'direct' | 'hapi'): Promise<Played> {
  const up = await openUpstream(t)
  const to = upstream('up', { targets: [up.url] })
  const options = typeof scene.route === 'function' ? await scene.route(t) : scene.route
  const routes = { scene: route({ method: 'GET', path: '/scene', upstream: to, lifecycle, responses: { 200: 'text' }, ...options }) }
  const resolved = gatewayOf(routes, scene.gateway)
  const { document } = emitOpenApi(resolved)
  const [operation] = readOperations(document) as [DeclaredOperation]
  const gateway = await startGateway(t, routes, scene.gateway, scene.run)
  const client = openClient(t, `${gateway.url}/scene`, scene.client)
  const seen: SeenResponse[] = []
  const ask = async (headers?: Readonly<Record<string, string>>, body?: string) => {
    const answer = await client(operation.method, headers, body)
    seen.push({ operation: operation.id, ...answer })
    return answer.status
  }
  await scene.play({
    send: ask,
    async during(then, headers, body) {
      const first = ask({ ...headers, [HOLD]: 'yes' }, body)
      await up.holding()
      await then()
      up.goOn()
      await first
    },
  })
  const declared = effectsIn({ gateway: resolved }, name)
  const lines = seen.flatMap((one) => undeclaredIn(one, operation, schemaCheck(document)))
  return {
    used: usesIn(resolved, name).length > 0,
    declared,
    codes: new Set(seen.flatMap((one) => problemCode(one) ?? [])),
    headers: namesOf(seen),
    onProblems: namesOf(seen.filter((one) => (declared.problems as readonly (string | undefined)[]).includes(problemCode(one)))),
    undeclared: scene.replies ? lines.filter((line) => !line.includes('is neither the upstream’s')) : lines,
  }
}
