import { once } from 'node:events'
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import test, { type ExecutionContext } from 'ava'
import { defineGateway, discover, dns, type RouteTree, route, upstream } from 'gatewright'
import type { UpstreamEvent } from 'gatewright/runtime'
import { testGateway } from 'gatewright/testing'
import { startDns } from '../helpers/dns-server.js'
import { listFeed } from '../helpers/list-feed.js'
import { LANES, startGateway, startUpstream } from '../helpers/start-gateway.js'

const info = { title: 'Test', version: '1.0.0' }

/** A server that stops as servers are stopped: when it is out of the list and its last connection is closed. */
class RollingServer {
  url = ''
  requests = 0
  readonly #answer: (req: IncomingMessage, res: ServerResponse) => void
  readonly #server = createServer((req, res) => {
    this.requests++
    this.#answer(req, res)
  })
  readonly #sockets = new Set<Socket>()
  #emptied = () => {}

  constructor(answer: (req: IncomingMessage, res: ServerResponse) => void) {
    this.#answer = answer
    // It must be the gateway that closes connections.
    this.#server.keepAliveTimeout = 60_000
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket)
      socket.once('close', () => {
        this.#sockets.delete(socket)
        if (this.#sockets.size === 0) this.#emptied()
      })
    })
  }

  async start(): Promise<this> {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
    return this
  }

  /** Resolves when the gateway has closed its connections, and then is gone. */
  async retire(): Promise<void> {
    if (this.#sockets.size > 0)
      await new Promise<void>((resolve) => {
        this.#emptied = resolve
      })
    this.kill()
  }

  kill(): void {
    this.#server.close()
    for (const socket of this.#sockets) socket.destroy()
  }
}

/** Sends a request and resolves to its status and body; rejects where there is no whole response. */
function send(url: string, method: string, agent: Agent, body?: string): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const req = request(url, { method, agent }, (res) => {
      let text = ''
      res.setEncoding('utf8')
      res.on('data', (chunk) => {
        text += chunk
      })
      res.on('end', () => (res.complete ? resolve({ status: res.statusCode as number, text }) : reject(new Error('cut'))))
      res.on('error', reject)
    })
    req.on('error', reject)
    req.end(body)
  })
}

for (const lifecycle of LANES)
  test(`${lifecycle}: every target is replaced under load, and no request is lost or sent twice`, async (t) => {
    const seen = new Map<string, number>()
    let finish = () => {}
    const answer = (req: IncomingMessage, res: ServerResponse) => {
      if (req.url === '/slow') {
        res.write('begun ')
        finish = () => res.end('ended')
        return
      }
      let id = ''
      req.on('data', (chunk) => {
        id += chunk
      })
      req.on('end', () => {
        seen.set(id, (seen.get(id) ?? 0) + 1)
        setTimeout(() => res.end(id), 3)
      })
    }
    const start = async () => {
      const server = await new RollingServer(answer).start()
      t.teardown(() => server.kill())
      return server
    }
    const feed = listFeed()
    const target = upstream('up', { targets: discover(feed.discover), balance: 'least-request' })
    const routes = { any: route({ method: '*', path: '/{rest*}', upstream: target, lifecycle } as never) } as RouteTree
    let servers = await Promise.all([start(), start(), start()])
    void feed.push(servers.map(({ url }) => url))
    const gateway = await startGateway(t, routes)
    const agent = new Agent({ keepAlive: true, maxSockets: 16 })
    t.teardown(() => agent.destroy())

    const slow = send(`${gateway.url}/slow`, 'GET', agent)
    while (!servers.some(({ requests }) => requests > 0)) await new Promise((resolve) => setTimeout(resolve, 5))
    let sent = 0
    let isOver = false
    const client = async (name: number) => {
      for (let number = 0; !isOver; number++) {
        const id = `${name}-${number}`
        const { status, text } = await send(`${gateway.url}/x`, number % 2 === 0 ? 'POST' : 'PUT', agent, id)
        t.is(status, 200)
        t.is(text, id)
        sent++
      }
    }
    const clients = Promise.all(Array.from({ length: 8 }, (_, name) => client(name)))
    const retired: Promise<void>[] = []
    for (let turn = 0; turn < 6; turn++) {
      const [old, ...others] = servers as [RollingServer, ...RollingServer[]]
      const fresh = await start()
      servers = [...others, fresh] as typeof servers
      await feed.push(servers.map(({ url }) => url))
      retired.push(old.retire())
      const before = sent
      while (sent < before + 40) await new Promise((resolve) => setTimeout(resolve, 5))
      t.true(fresh.requests > 0)
    }
    isOver = true
    await clients
    finish()
    t.deepEqual(await slow, { status: 200, text: 'begun ended' }, 'the response of a target that left ends in peace')
    await Promise.all(retired)
    t.true(sent >= 240)
    t.deepEqual(
      [...seen.values()].filter((times) => times !== 1),
      [],
      'each was carried out once',
    )
    t.is(seen.size, sent)
  })

test('a name that moves under load: requests go to the new address, with the name as `Host`, and none is lost', async (t) => {
  const hosts = new Set<string | undefined>()
  const start = async (address: string, port: number) => {
    const server = createServer((req, res) => {
      hosts.add(req.headers.host)
      res.end(address)
    })
    server.listen(port, address)
    await once(server, 'listening')
    t.teardown(() => server.close().closeAllConnections())
    return (server.address() as AddressInfo).port
  }
  const port = await start('127.0.0.1', 0)
  await start('127.0.0.2', port)
  const names = await startDns({ 'api.internal': ['127.0.0.1'] })
  names.ttl = 0
  t.teardown(() => names.close())
  const targets = dns('api.internal', { port, servers: [names.address], minTtl: '100ms' })
  const gateway = await startGateway(t, { any: route({ method: 'GET', path: '/', upstream: upstream('up', { targets }) }) })
  const ask = async () => (await fetch(gateway.url)).text()
  t.is(await ask(), '127.0.0.1')
  names.names.set('api.internal', ['127.0.0.2'])
  const answers: string[] = []
  while (answers.at(-1) !== '127.0.0.2') answers.push(...(await Promise.all([ask(), ask(), ask()])))
  t.deepEqual(
    answers.filter((answer) => !answer.startsWith('127.0.0.')),
    [],
  )
  t.deepEqual([...hosts], [`api.internal:${port}`])
})

test('locations and cookies of targets that come later are made public too', async (t) => {
  const up = await startUpstream(t, (_req, res) =>
    res.writeHead(302, { location: `${up.url}/base/b`, 'set-cookie': 'a=b; Path=/base' }).end(),
  )
  const feed = listFeed()
  const target = upstream('up', { targets: discover(feed.discover) })
  void feed.push(['http://127.0.0.1:9/other'])
  const gateway = await startGateway(t, { any: route({ method: 'GET', path: '/{rest*}', upstream: target }) } as RouteTree)
  await feed.push([`${up.url}/base`])
  const { headers } = await fetch(`${gateway.url}/a`, { redirect: 'manual' })
  t.is(headers.get('location'), '/b')
  t.is(headers.get('set-cookie'), 'a=b; Path=/')
})

test('without a base path they pass as those of a fixed list do', async (t) => {
  const up = await startUpstream(t, (_req, res) => res.writeHead(302, { location: `${up.url}/b`, 'set-cookie': 'a=b; Path=/c' }).end())
  const feed = listFeed()
  void feed.push([up.url])
  const target = upstream('up', { targets: discover(feed.discover) })
  const gateway = await startGateway(t, { any: route({ method: 'GET', path: '/{rest*}', upstream: target }) } as RouteTree)
  const { headers } = await fetch(`${gateway.url}/a`, { redirect: 'manual' })
  t.is(headers.get('location'), `${up.url}/b`)
  t.is(headers.get('set-cookie'), 'a=b; Path=/c')
})

test('a reload keeps targets that are found where nothing changed, and their function goes on', async (t) => {
  const up = await startUpstream(t)
  const feed = listFeed()
  void feed.push([up.url])
  const target = upstream('up', { targets: discover(feed.discover) })
  const config = (path: `/${string}`) =>
    defineGateway({ info, server: { overload: false }, routes: { any: route({ method: 'GET', path, upstream: target }) } as RouteTree })
  const gateway = testGateway(config('/a'))
  await gateway.start()
  t.teardown(() => gateway.stop({ now: true }))
  await gateway.reload(config('/b'))
  t.is((await fetch(`${gateway.url}/b`)).status, 200)
  t.is(feed.calls, 1)
  const other = discover(async function* () {
    yield [up.url]
  })
  await gateway.reload(
    defineGateway({
      info,
      server: { overload: false },
      routes: { any: route({ method: 'GET', path: '/c', upstream: upstream('up', { targets: other }) }) } as RouteTree,
    }),
  )
  const last = await fetch(`${gateway.url}/c`)
  t.is(await last.text(), '{}')
})

test('metrics show targets by state, and forget those that are gone', async (t) => {
  const up = await startUpstream(t)
  const feed = listFeed()
  void feed.push([up.url, 'http://127.0.0.1:9'])
  const target = upstream('up', { targets: discover(feed.discover) })
  const gateway = await startGateway(t, { any: route({ method: 'GET', path: '/', upstream: target }) } as RouteTree, { admin: {} })
  await Promise.all([fetch(gateway.url), fetch(gateway.url), fetch(gateway.url)].map(async (response) => (await response).text()))
  const scrape = async () => (await fetch(`${gateway.adminUrl}/metrics`)).text()
  const upstreams = async () => (await fetch(`${gateway.adminUrl}/upstreams`)).json()
  const shown = { state: 'healthy', active: 0, weight: 1, priority: 0, labels: {} }
  t.deepEqual(await upstreams(), [
    {
      upstream: 'up',
      targets: [
        { url: up.url, ...shown },
        { url: 'http://127.0.0.1:9', ...shown },
      ],
    },
  ])
  t.is((await fetch(`${gateway.adminUrl}/upstreams`, { method: 'POST' })).status, 405)
  const before = await scrape()
  t.regex(before, /gatewright_upstream_targets\{upstream="up",state="healthy"\} 2/)
  t.regex(before, /gatewright_discovery_changes_total\{upstream="up"\} 1/)
  t.regex(before, /target="http:\/\/127.0.0.1:9"/)
  await feed.push([up.url])
  const after = await scrape()
  t.deepEqual(await upstreams(), [{ upstream: 'up', targets: [{ url: up.url, ...shown }] }])
  t.regex(after, /gatewright_upstream_targets\{upstream="up",state="healthy"\} 1/)
  t.notRegex(after, /127.0.0.1:9"/)
})

const health = { path: '/', interval: '50ms' } as const

/** A gateway that waits for a target that is down. */
async function waiting(t: ExecutionContext, wait: '20s' | '200ms') {
  let status = 503
  const up = await startUpstream(t, (_req, res) => res.writeHead(status).end())
  const events: UpstreamEvent[] = []
  const target = upstream('up', { targets: [up.url], health, start: { wait } })
  const routes = { any: route({ method: 'GET', path: '/', upstream: target }) }
  const gateway = testGateway(defineGateway({ info, server: { overload: false }, routes, admin: {} }), {
    onUpstream: (event) => events.push(event),
  })
  const started = gateway.start()
  t.teardown(async () => {
    await started
    await gateway.stop({ now: true })
  })
  while (gateway.adminUrl === '') await new Promise((resolve) => setImmediate(resolve))
  const recover = () => {
    status = 200
  }
  return { gateway, started, events, up, recover }
}

test('C-15 with `start: { wait }` the gateway is not ready until a target is healthy', async (t) => {
  const { gateway, started, events, up, recover } = await waiting(t, '20s')
  while (up.requests.length < 3) await new Promise((resolve) => setTimeout(resolve, 10))
  t.is((await fetch(`${gateway.adminUrl}/readyz`)).status, 503)
  t.is(gateway.url, '')
  recover()
  await started
  t.is((await fetch(`${gateway.adminUrl}/readyz`)).status, 200)
  t.is((await fetch(gateway.url)).status, 200)
  const { url: target } = up
  t.deepEqual(events, [
    { upstream: 'up', target, change: 'unhealthy', reason: 'status 503' },
    { upstream: 'up', target, change: 'healthy', reason: 'status 200' },
  ])
})

test('it waits no longer than it is told to, and then answers 503 by itself', async (t) => {
  const { gateway, started } = await waiting(t, '200ms')
  await started
  const response = await fetch(gateway.url)
  t.is(response.status, 503)
  t.is(((await response.json()) as { code: string }).code, 'NO_HEALTHY_TARGET')
})

test('an `onUpstream` that throws disturbs nothing; breakers and ejections are told too', async (t) => {
  const events: string[] = []
  const [well, bad] = await Promise.all([startUpstream(t), startUpstream(t, (_req, res) => res.writeHead(500).end())])
  const target = upstream('up', {
    targets: [well.url, bad.url],
    ejection: { consecutive5xx: 2, maxShare: 50 },
    breaker: { per: 'target', failures: 2 },
  })
  const onUpstream = ({ target: at, change }: UpstreamEvent) => {
    events.push(`${change} ${at}`)
    throw new Error('no')
  }
  const gateway = await startGateway(t, { any: route({ method: 'GET', path: '/', upstream: target }) }, {}, { onUpstream })
  const statuses: number[] = []
  for (let turn = 0; turn < 6; turn++) statuses.push((await fetch(gateway.url)).status)
  t.deepEqual(statuses, [200, 500, 200, 500, 200, 200])
  t.deepEqual(events.sort(), [`breaker-open ${bad.url}`, `ejected ${bad.url}`])
})

test('a mocked gateway looks for no targets, and waits for none', async (t) => {
  const feed = listFeed()
  const target = upstream('up', { targets: discover(feed.discover), start: 'wait' })
  const routes = { any: route({ method: 'GET', path: '/', upstream: target, responses: { 200: 'text' } }) }
  const gateway = await startGateway(t, routes, {}, { mock: true })
  t.is((await fetch(gateway.url)).status, 200)
  t.is(feed.calls, 0)
})
