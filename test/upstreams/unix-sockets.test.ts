import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ExecutionContext } from 'ava'
import test from 'ava'
import { type ConfigError, defineGateway, resolveGateway, route, type TargetOptions, type UpstreamOptions, upstream } from 'gatewright'
import { WebSocketServer } from 'ws'
import { LANES, startGateway } from '../helpers/start-gateway.js'
import { until } from '../helpers/tls-upstream.js'

type Lane = (typeof LANES)[number]

const routesTo = (options: UpstreamOptions, lifecycle: Lane = 'direct', more: object = {}) => ({
  any: route({
    method: '*',
    path: '/{path*}',
    upstream: upstream('app', { timeouts: { connect: '20s' }, ...options }),
    lifecycle,
    ...more,
  }),
})

function socketPath(t: ExecutionContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'gatewright-unix-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  return join(folder, 'app.sock')
}

/** An HTTP server behind a Unix socket; closed with the test. */
async function serve(t: ExecutionContext, path: string, answer?: (req: IncomingMessage, res: ServerResponse) => void) {
  const seen: { url: string | undefined; host: string | undefined; body: string }[] = []
  const server = createServer(async (req, res) => {
    const chunks: Buffer[] = []
    for await (const chunk of req) chunks.push(chunk as Buffer)
    seen.push({ url: req.url, host: req.headers.host, body: Buffer.concat(chunks).toString() })
    if (answer) answer(req, res)
    else res.end('ok')
  })
  server.listen(path)
  await once(server, 'listening')
  t.teardown(() => {
    server.close()
    server.closeAllConnections()
  })
  return { server, seen }
}

for (const lifecycle of LANES) {
  test(`${lifecycle}: requests go to a Unix socket, behind its base path`, async (t) => {
    const path = socketPath(t)
    const { seen } = await serve(t, path)
    const plain = await startGateway(t, routesTo({ targets: [`unix:${path}`] }, lifecycle))
    t.is(await (await fetch(`${plain.url}/a?b=1`)).text(), 'ok')
    const based = await startGateway(t, routesTo({ targets: [{ url: `unix:${path}:/base/`, host: 'app.internal' }] }, lifecycle))
    t.is((await fetch(`${based.url}/a`, { method: 'POST', body: 'hello' })).status, 200)
    t.deepEqual(seen, [
      { url: '/a?b=1', host: 'localhost', body: '' },
      { url: '/base/a', host: 'app.internal', body: 'hello' },
    ])
  })

  test(`${lifecycle}: a socket that is not there is 502, and serves when it is`, async (t) => {
    const path = socketPath(t)
    const gateway = await startGateway(t, routesTo({ targets: [`unix:${path}`] }, lifecycle))
    const response = await fetch(gateway.url)
    t.is(response.status, 502)
    const text = await response.text()
    t.is(JSON.parse(text).code, 'UPSTREAM_UNREACHABLE')
    t.notRegex(text, /app\.sock|ENOENT/)
    await serve(t, path)
    t.is((await fetch(gateway.url)).status, 200)
  })

  test(`${lifecycle}: locations that point behind the socket are made public`, async (t) => {
    const path = socketPath(t)
    await serve(t, path, (req, res) => res.writeHead(302, { location: `http://${req.headers.host}/base/next` }).end())
    const gateway = await startGateway(t, routesTo({ targets: [`unix:${path}:/base`] }, lifecycle))
    t.is((await fetch(gateway.url, { redirect: 'manual' })).headers.get('location'), '/next')
  })
}

test('health probes go through the socket, and bring it back', async (t) => {
  const path = socketPath(t)
  const health = { path: '/healthz', interval: '50ms', rise: 1 } as const
  const gateway = await startGateway(t, routesTo({ targets: [{ url: `unix:${path}`, host: 'app.internal' }], health }))
  t.is((await fetch(gateway.url)).status, 503)
  const { seen } = await serve(t, path)
  await until(async () => (await fetch(gateway.url)).status === 200)
  t.like(seen[0], { url: '/healthz', host: 'app.internal' })
})

test('a WebSocket goes through the socket', async (t) => {
  const path = socketPath(t)
  const { server } = await serve(t, path)
  const sockets = new WebSocketServer({ server })
  sockets.on('connection', (socket) => socket.on('message', (data) => socket.send(`${data} back`)))
  const routes = {
    feed: route({ method: 'GET', path: '/feed', upstream: upstream('app', { targets: [`unix:${path}`] }), websocket: true }),
  }
  const gateway = await startGateway(t, routes)
  const client = new (await import('ws')).WebSocket(`${gateway.url.replace('http', 'ws')}/feed`)
  await once(client, 'open')
  client.send('there and')
  t.is(String((await once(client, 'message'))[0]), 'there and back')
  client.terminate()
})

const invalid: [target: string | TargetOptions, more: Partial<UpstreamOptions>, expected: RegExp][] = [
  [`unix:/${'a'.repeat(107)}`, {}, /absolute path of at most 107 bytes/],
  [`unix:/${'ä'.repeat(54)}`, {}, /absolute path of at most 107 bytes/],
  ['unix:app.sock', {}, /"unix:" with an absolute path/],
  ['unix:/run/', {}, /"unix:" with an absolute path/],
  ['unix:/run/app.sock:base', {}, /"unix:" with an absolute path/],
  ['unix:/run/app.sock:/base?x=1', {}, /"unix:" with an absolute path/],
  [{ url: 'http://127.0.0.1:1', host: 'a' }, {}, /`host` is for `unix:` targets/],
  [{ url: 'unix:/run/app.sock', host: 'a b' }, {}, /host name/],
  ['unix:/run/app.sock', { denyPrivate: true }, /which `denyPrivate` never connects to/],
  ['unix:/run/app.sock', { http2: true }, /`http2` needs `https:` targets/],
]
for (const [target, more, expected] of invalid)
  test(`refused at load: ${JSON.stringify({ target, ...more }).slice(0, 80)}`, (t) => {
    const config = defineGateway({ info: { title: 'T', version: '1' }, routes: routesTo({ targets: [target], ...more }) })
    const error = t.throws<ConfigError>(() => resolveGateway(config))
    t.regex(error?.message ?? '', expected)
  })

test('a path of 107 bytes is taken', (t) => {
  const config = defineGateway({ info: { title: 'T', version: '1' }, routes: routesTo({ targets: [`unix:/${'a'.repeat(106)}`] }) })
  t.notThrows(() => resolveGateway(config))
})
