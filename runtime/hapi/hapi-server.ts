import type { Server as HttpServer, IncomingMessage, ServerResponse } from 'node:http'
import { server as createServer, type Lifecycle, type Plugin, type Server } from '@hapi/hapi'

/** Node's listener signature. */
export type RequestListener = (req: IncomingMessage, res: ServerResponse) => void

/** hapi on a listener of ours. */
export interface HapiServer {
  readonly server: Server
  /** Hands a request that passed the edge guard to hapi. */
  readonly dispatch: RequestListener
}

/**
 * Everything of hapi's that would change a proxied exchange, switched off: compression, cache headers, range and
 * conditional handling, cookie parsing, its own timeouts and limits.
 */
const TRANSPARENT = {
  compression: false,
  debug: false,
  router: { isCaseSensitive: true, stripTrailingSlash: false },
  operations: { cleanStop: false },
  routes: {
    state: { parse: false, failAction: 'ignore' },
    cache: false,
    response: { ranges: false, emptyStatusCode: 200 },
    security: false,
    cors: false,
    timeout: { server: false },
  },
} as const

/** The payload as it comes: never parsed, never measured; the gateway's own limits apply. */
const RAW_PAYLOAD = { output: 'stream', parse: false, maxBytes: Number.MAX_SAFE_INTEGER, failAction: 'ignore', timeout: false } as const

/** Makes hapi listen on `listener` with one catch-all route, and takes its request handler off so that the edge guard runs first. */
export async function createHapiServer(listener: HttpServer, handler: Lifecycle.Method, plugins: readonly unknown[]): Promise<HapiServer> {
  const before = new Set(listener.listeners('request'))
  const beforeContinue = new Set(listener.listeners('checkContinue'))
  const beforeErrors = new Set(listener.listeners('clientError'))
  const server = createServer({ ...TRANSPARENT, listener, autoListen: false, tls: 'setSecureContext' in listener } as never)
  const [dispatch] = listener.listeners('request').filter((one) => !before.has(one))
  takeOff(listener, 'request', before)
  takeOff(listener, 'checkContinue', beforeContinue)
  takeOff(listener, 'clientError', beforeErrors)
  // A user's plugin may build on h2o2; without plugins only the hapi lane loads it.
  if (plugins.length > 0) await (await import('./mount-h2o2.js')).mountH2o2(server)
  for (const plugin of plugins) await server.register(plugin as Plugin<void>)
  server.route({ method: '*', path: '/{any*}', options: { payload: RAW_PAYLOAD, handler } as never })
  return { server, dispatch: dispatch as RequestListener }
}

function takeOff(listener: HttpServer, event: string, keep: ReadonlySet<unknown>): void {
  for (const one of listener.listeners(event)) {
    if (!keep.has(one)) listener.off(event, one as RequestListener)
  }
}
