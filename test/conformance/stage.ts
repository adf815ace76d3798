import { apiKey, defineGateway, type GatewayOptions, type RouteTree, route, upstream } from 'gatewright'
import { testGateway } from 'gatewright/testing'
import { z } from 'zod'
import { mintApiKey } from '../../runtime/auth/api-key-format.js'
import { type Mode, NotApplicable, type Stage, type Subject, type VariantOptions } from './case.js'
import { Recorder } from './recorder.js'
import { startStock } from './stock.js'
import { WireClient } from './wire-client.js'

const KEY = mintApiKey()

/** The routes of a mode; the same paths in each. */
function routesOf(mode: Mode, target: string, extra: Readonly<Record<string, unknown>>, of: object = {}): RouteTree {
  const to = upstream('recorder', { targets: [target], ...of })
  const auth = apiKey({ keys: [{ id: KEY.id, hash: KEY.hash, consumer: 'acme' }] })
  const asIs = (body: unknown) => body
  const answers = mode === 'buffered' ? { responses: { 200: z.unknown() }, mapResponse: { 200: asIs } } : {}
  const collected = mode === 'buffered' ? { body: z.unknown(), mapRequest: asIs } : {}
  const lifecycle = mode === 'hapi' ? ('hapi' as const) : ('direct' as const)
  // A GET route takes no body.
  const { body: _body, mapRequest: _mapRequest, ...bodiless } = extra
  const make = (method: string, path: string, own: object = {}) =>
    route({
      method,
      path,
      upstream: to,
      lifecycle,
      ...answers,
      ...(method === 'GET' ? bodiless : extra),
      ...own,
    } as never) as RouteTree[string]
  return {
    public: make('*', '/public/{path*}'),
    admin: make('*', '/admin/{path*}', { auth }),
    upload: make('*', '/upload/{path*}', collected),
    small: make('*', '/small/{path*}', { bodyLimit: '1kb', ...collected }),
    onlyGet: make('GET', '/only-get/{id}'),
    item: make('GET', '/item/{id}', { upstreamPath: '/v1/{id}/x' }),
    files: make('GET', '/files/{path*}', { upstreamPath: '/v1/{path*}' }),
    hasty: make('*', '/hasty/{path*}', { timeouts: { headers: '300ms', idle: '300ms' } }),
  }
}

async function startGateway(
  mode: Mode,
  recorder: Recorder,
  { basePath = '', target, route: extra = {}, upstream: of = {}, run = {}, ...options }: VariantOptions,
) {
  const config = {
    info: { title: 'Conformance', version: '1.0.0' },
    log: { access: false },
    ...options,
    server: { overload: false, ...options.server },
  } as Omit<GatewayOptions, 'routes'>
  const gateway = testGateway(defineGateway({ ...config, routes: routesOf(mode, target ?? recorder.url + basePath, extra, of) }), run)
  await gateway.start()
  return { url: gateway.url, adminUrl: gateway.adminUrl, stop: async () => void (await gateway.stop({ now: true })) }
}

/** A subject with its recorder, ready to run cases one after the other. */
export interface OpenStage {
  /** Runs one case's function; afterwards everything it opened is closed and the recorder is as new. */
  run(perform: (stage: Stage) => Promise<void>): Promise<void>
  close(): Promise<void>
}

async function scrape(adminUrl: string, name: string, labels: Readonly<Record<string, string>>): Promise<number> {
  const text = await (await fetch(`${adminUrl}/metrics`)).text()
  const wanted = Object.entries(labels).map(([key, value]) => `${key}="${value}"`)
  return text
    .split('\n')
    .filter((line) => line.split(/[{ ]/, 1)[0] === name && wanted.every((label) => line.includes(label)))
    .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0)
}

/** Starts a subject. */
export async function openStage(subject: Subject): Promise<OpenStage> {
  const recorder = new Recorder()
  await recorder.listen()
  const gateway =
    subject === 'stock' ? { ...(await startStock(recorder.url, KEY.key)), adminUrl: '' } : await startGateway(subject, recorder, {})
  const run: OpenStage['run'] = async (perform) => {
    const opened: { close(): void | Promise<void> }[] = []
    const adminUrls = new Map([[gateway.url, gateway.adminUrl]])
    const connect = async (url = gateway.url) => {
      const client = await WireClient.connect(url)
      opened.push(client)
      return client
    }
    const own = () => {
      if (subject === 'stock') throw new NotApplicable('a setting of the gateway')
      return subject
    }
    const stage: Stage = {
      subject,
      url: gateway.url,
      recorder,
      apiKey: KEY.key,
      connect,
      ask: async (bytes, { bodiless = false, url } = {}) => {
        const client = await connect(url)
        client.send(bytes)
        return { ...(await client.finalResponse({ bodiless })), client }
      },
      variant: async (options) => {
        const variant = await startGateway(own(), recorder, options)
        opened.push({ close: variant.stop })
        adminUrls.set(variant.url, variant.adminUrl)
        return variant.url
      },
      metric: async (name, labels = {}, url = gateway.url) => {
        own()
        return scrape(adminUrls.get(url) as string, name, labels)
      },
      readiness: async (url) => {
        const response = await fetch(`${adminUrls.get(url)}/readyz`)
        return { status: response.status, text: (await response.text()).trim() }
      },
      defer: (close) => void opened.push({ close }),
    }
    try {
      await perform(stage)
    } finally {
      await Promise.all(opened.map((one) => one.close()))
      recorder.reset()
    }
  }
  return {
    run,
    close: async () => {
      await gateway.stop()
      recorder.close()
    },
  }
}
