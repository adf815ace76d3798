import h2o2 from '@hapi/h2o2'
import { server as createServer, type Plugin, type RouteOptions } from '@hapi/hapi'

/** hapi with h2o2 in their documented proxy set-up, nothing tuned: what a team would have without a gateway. */
export async function startStock(target: string, key: string): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const server = createServer({ host: '127.0.0.1', port: 0, debug: false })
  await server.register(h2o2 as unknown as Plugin<void>)
  server.auth.scheme('key', () => ({
    authenticate: (request, h) =>
      request.headers['x-api-key'] === key
        ? h.authenticated({ credentials: {} })
        : h.unauthenticated(Object.assign(new Error('key'), { isBoom: true, output: { statusCode: 401, headers: {}, payload: {} } })),
  }))
  server.auth.strategy('key', 'key')
  const proxy = (path: string, options: RouteOptions = {}, timeout = 180_000, method = '*') =>
    server.route({
      method,
      path,
      options,
      handler: {
        proxy: {
          mapUri: (request: { url: URL }) => ({ uri: target + request.url.pathname + request.url.search }),
          passThrough: true,
          xforward: true,
          timeout,
        },
      },
    } as never)
  proxy('/public/{path*}')
  proxy('/upload/{path*}')
  proxy('/admin/{path*}', { auth: 'key' })
  proxy('/small/{path*}', { payload: { maxBytes: 1_024, output: 'stream', parse: false } })
  proxy('/only-get/{id}', {}, 180_000, 'GET')
  proxy('/hasty/{path*}', {}, 300)
  for (const [path, uri] of [
    ['/item/{id}', '/v1/{id}/x'],
    ['/files/{path*}', '/v1/{path*}'],
  ])
    server.route({ method: 'GET', path, handler: { proxy: { uri: target + uri, passThrough: true, xforward: true } } } as never)
  await server.start()
  return { url: server.info.uri, stop: () => server.stop({ timeout: 1 }) }
}
