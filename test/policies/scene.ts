import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { request as secureRequest } from 'node:https'
import type { ExecutionContext } from 'ava'
import { type Effects, type GatewayOptions, type ResolvedRoute, route, upstream } from 'gatewright'
import { emitOpenApi } from 'gatewright/generator'
import type { GatewayRunOptions } from 'gatewright/runtime'
import { effectsIn, usesIn } from '../../generator/docs/docs-example.js'
import type { AuthName, PolicyName } from '../../sdk/policies/index.js'
import { gatewayOf } from '../helpers/document-of.js'
import { startGateway, startUpstream } from '../helpers/start-gateway.js'
import { type DeclaredOperation, readOperations, schemaCheck } from '../round-trip/declared.js'
import { UPSTREAM_MARK } from '../round-trip/library.js'
import { problemCode, type SeenResponse, undeclaredIn } from '../round-trip/seen.js'
import { HeaderWatch } from './header-watch.js'

/** What a scene can do. */
export interface Actor {
  /** Where the route is. */
  readonly url: string
  /** Sends a request to the route, with options of `node:https` such as a certificate if any; resolves to the response's status. */
  send(headers?: Readonly<Record<string, string>>, body?: string, connection?: object): Promise<number>
  /** Sends a request whose upstream does not answer before `then` is over. */
  during(then: () => Promise<unknown>, headers?: Readonly<Record<string, string>>, body?: string): Promise<void>
}

/** A small config with a policy, and the requests that reach what the policy declares there. */
export interface Scene {
  /** Options of the route beside its path and upstream; by default a GET that declares a text. */
  readonly route: object
  readonly gateway?: Partial<GatewayOptions>
  readonly run?: GatewayRunOptions
  /** True for a policy that gives responses of its own, which are neither the upstream's nor problems. */
  readonly replies?: boolean
  readonly play: (actor: Actor) => Promise<unknown>
}

/** A scene, or how to set one that needs a service of its own. */
export type SceneSource = Scene | ((t: ExecutionContext) => Promise<Scene>)

/** Scenes of several policies, by name. */
export type ScenesOf = Readonly<Partial<Record<PolicyName | AuthName, readonly SceneSource[]>>>

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
  /** Statuses that were answered. */
  readonly statuses: ReadonlySet<number>
  /** What was answered, or read of requests, and is not in the document. */
  readonly undeclared: readonly string[]
}

const HOLD = 'x-hold'

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
export async function playScene(t: ExecutionContext, name: string, source: SceneSource, lifecycle: 'direct' | 'hapi'): Promise<Played> {
  const scene = typeof source === 'function' ? await source(t) : source
  const up = await openUpstream(t)
  const to = upstream('up', { targets: [up.url] })
  const routes = { scene: route({ method: 'GET', path: '/scene', upstream: to, lifecycle, responses: { 200: 'text' }, ...scene.route }) }
  const resolved = gatewayOf(routes, scene.gateway)
  const { document } = emitOpenApi(resolved)
  const [operation] = readOperations(document) as [DeclaredOperation]
  const watch = new HeaderWatch()
  const gateway = await startGateway(t, routes, { ...scene.gateway, use: { watch: watch.policy, ...scene.gateway?.use } }, scene.run)
  const seen: SeenResponse[] = []
  const url = `${gateway.url}/scene`
  const ask: Actor['send'] = async (headers = {}, body = '', connection = {}) => {
    const open = url.startsWith('https:') ? secureRequest : request
    const sent = open(url, { method: operation.method, headers, agent: false, ...connection })
    const [response] = (await once(body === '' ? sent.end() : sent.end(body), 'response')) as [IncomingMessage]
    const chunks: Buffer[] = []
    for await (const chunk of response) chunks.push(chunk as Buffer)
    const status = response.statusCode as number
    const lines = Object.entries(response.headersDistinct).flatMap(([name, values = []]) =>
      values.map((value): [string, string] => [name, value]),
    )
    seen.push({ operation: operation.id, status, headers: new Headers(lines), body: Buffer.concat(chunks) })
    return status
  }
  await scene.play({
    url,
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
  const isOwnReply = (line: string) =>
    line.includes(' is neither the upstream’s') &&
    (scene.replies || declared.replies.some(({ status }) => line.startsWith(`${operation.id} ${status} `)))
  const lines = [
    ...seen.flatMap((one) => undeclaredIn(one, operation, schemaCheck(document))),
    ...watch
      .undeclared(operation, (resolved.routes[0] as ResolvedRoute).effects())
      .map((header) => `${operation.id} reads the header ${header}`),
  ]
  return {
    used: usesIn(resolved, name).length > 0,
    declared,
    codes: new Set(seen.flatMap((one) => problemCode(one) ?? [])),
    headers: namesOf(seen),
    statuses: new Set(seen.map(({ status }) => status)),
    onProblems: namesOf(seen.filter((one) => (declared.problems as readonly (string | undefined)[]).includes(problemCode(one)))),
    undeclared: lines.filter((line) => !isOwnReply(line)),
  }
}
