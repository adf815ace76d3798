import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import test from 'ava'
import { anyOf, apiKey, headers, ip, jwt, rateLimit, route, upstream } from 'gatewright'
import { SignJWT } from 'jose'
import { z } from 'zod'
import { mintApiKey } from '../../runtime/auth/api-key-format.js'
import { LANES, startGateway } from '../helpers/start-gateway.js'
import { closeOf, nextMessage, openSocket, refusalOf, socketClient, socketUpstream } from '../helpers/websocket.js'

const KEY = 'gw_000000000000000000000000000000_3HzP4Q'

for (const lifecycle of LANES) {
  test(`${lifecycle}: text, binary, pings and large messages pass in both directions`, async (t) => {
    const up = await socketUpstream(t)
    const gateway = await startGateway(t, {
      chat: route({ method: 'GET', path: '/chat', upstream: upstream('up', { targets: [up.url] }), websocket: true, lifecycle }),
    })
    const socket = await openSocket(t, `${gateway.url}/chat`)
    socket.send('héllo')
    t.is(await nextMessage(socket), 'héllo')
    const bytes = randomBytes(1_048_576)
    socket.send(bytes.subarray(0, 400_000), { binary: true, fin: false })
    socket.send(bytes.subarray(400_000), { binary: true, fin: true })
    const [echo, isBinary] = (await once(socket, 'message')) as [Buffer, boolean]
    t.true(isBinary)
    t.true(bytes.equals(echo))
    socket.ping('are you there')
    t.is(String((await once(socket, 'pong'))[0]), 'are you there')
    const closed = [closeOf([...up.server.clients][0]!), closeOf(socket)]
    socket.close(4_001, 'done')
    t.deepEqual(await Promise.all(closed), [
      { code: 4_001, reason: 'done' },
      { code: 4_001, reason: 'done' },
    ])
  })

  test(`${lifecycle}: a route that keeps encoded slashes speaks WebSocket on such a path`, async (t) => {
    const up = await socketUpstream(t)
    const to = upstream('up', { targets: [up.url] })
    const gateway = await startGateway(t, {
      room: route({ method: 'GET', path: '/rooms/{room}', upstream: to, websocket: true, encodedSlashes: 'keep', lifecycle }),
    })
    const socket = await openSocket(t, `${gateway.url}/rooms/a%2Fb`)
    socket.send('hello')
    t.is(await nextMessage(socket), 'hello')
    t.is(up.handshakes[0]?.url, '/rooms/a%2Fb')
  })

  test(`${lifecycle}: the upstream gets the handshake as it gets any request`, async (t) => {
    const up = await socketUpstream(t)
    const gateway = await startGateway(t, {
      chat: route({
        method: '*',
        path: '/rooms/{room}',
        upstream: upstream('up', { targets: [`${up.url}/base`] }),
        upstreamPath: '/v2/{room}',
        use: { edit: headers({ request: { set: { 'x-set': '1' } }, response: { set: { 'x-answer': '2' } } }) },
        websocket: true,
        lifecycle,
      }),
    })
    const socket = socketClient(t, `${gateway.url}/rooms/7?a=1`, {
      headers: { 'x-user-id': 'forged', 'x-own': 'kept', 'proxy-authorization': 'secret' },
    })
    const opened = once(socket, 'open')
    const [answer] = (await once(socket, 'upgrade')) as [{ headers: Record<string, string> }]
    await opened
    const [{ url, headers: got } = {} as never] = up.handshakes
    t.is(url, '/base/v2/7?a=1')
    t.is(got.upgrade, 'websocket')
    t.is(got.connection, 'upgrade')
    t.is(got.host, new URL(up.url).host)
    t.is(got['sec-websocket-version'], '13')
    t.is(got['x-forwarded-for'], '127.0.0.1')
    t.is(got['x-forwarded-host'], new URL(gateway.url).host)
    t.regex(String(got.via), /^1\.1 gatewright-[0-9a-f]{8}$/)
    t.is(got['x-own'], 'kept')
    t.is(got['x-set'], '1')
    t.is(got['x-user-id'], undefined)
    t.is(got['proxy-authorization'], undefined)
    t.is(answer.headers['x-answer'], '2')
    t.is(answer.headers['x-request-id'], got['x-request-id'] as string)
    t.is(answer.headers['connection'], 'Upgrade')
  })

  test(`${lifecycle}: refusals are problem responses, before the upstream hears of it`, async (t) => {
    const up = await socketUpstream(t)
    const shared = { upstream: upstream('up', { targets: [up.url] }), lifecycle }
    const key = apiKey({ keys: [] })
    const gateway = await startGateway(t, {
      secret: route({ ...shared, method: 'GET', path: '/secret', auth: key, websocket: true }),
      busy: route({ ...shared, method: 'GET', path: '/busy', use: { limit: rateLimit({ by: ip, limit: '1/day' }) }, websocket: true }),
      own: route({ ...shared, method: 'GET', path: '/own', websocket: { origins: ['https://shop.example.org'] } }),
      post: route({ ...shared, method: 'POST', path: '/post' }),
    })
    const refusal = async (path: string, given: Record<string, string> = {}) => {
      const { status, headers: got, body } = await refusalOf(socketClient(t, gateway.url + path, { headers: given }))
      t.is(got['content-type'], 'application/problem+json')
      return `${status} ${JSON.parse(body).code}`
    }
    t.is(await refusal('/secret'), '401 UNAUTHENTICATED')
    t.is(await refusal('/secret', { 'x-api-key': KEY }), '401 INVALID_CREDENTIALS')
    t.is(await refusal('/own', { origin: 'https://evil.example' }), '403 ORIGIN_NOT_ALLOWED')
    t.is(await refusal('/nowhere'), '404 NOT_FOUND')
    t.is(await refusal('/post'), '405 METHOD_NOT_ALLOWED')
    t.is(up.connections(), 0)
    await openSocket(t, `${gateway.url}/busy`)
    t.is(await refusal('/busy'), '429 RATE_LIMITED')
    t.is(up.connections(), 1)
    t.is(up.handshakes.length, 1)
  })
}

test('an allowed origin and a client without one may connect', async (t) => {
  const up = await socketUpstream(t)
  const gateway = await startGateway(t, {
    chat: route({
      method: 'GET',
      path: '/chat',
      upstream: upstream('up', { targets: [up.url] }),
      websocket: { origins: ['https://shop.example.org'] },
    }),
  })
  await openSocket(t, `${gateway.url}/chat`)
  await openSocket(t, `${gateway.url}/chat`, { headers: { origin: 'https://shop.example.org' } })
  t.is(up.handshakes.length, 2)
  const plain = await fetch(`${gateway.url}/chat`, { headers: { origin: 'https://evil.example' } })
  t.is(plain.status, 200, 'the origin of an ordinary request is not WebSocket’s concern')
  t.is(await plain.text(), 'plain')
})

test('subprotocols and compression are agreed on end to end', async (t) => {
  const up = await socketUpstream(t, undefined, {
    perMessageDeflate: { threshold: 0 },
    handleProtocols: (offered) => [...offered][1] ?? false,
  })
  const gateway = await startGateway(t, {
    chat: route({ method: 'GET', path: '/chat', upstream: upstream('up', { targets: [up.url] }), websocket: true }),
  })
  const socket = await openSocket(t, `${gateway.url}/chat`, { protocols: ['v1.chat', 'v2.chat'], perMessageDeflate: { threshold: 0 } })
  t.is(socket.protocol, 'v2.chat')
  t.regex(socket.extensions, /permessage-deflate/)
  const text = 'gateway '.repeat(20_000)
  socket.send(text)
  t.is(await nextMessage(socket), text)
})

test('an upstream that refuses is heard in its own words', async (t) => {
  const up = await socketUpstream(t, undefined, { verifyClient: (_info, done) => done(false, 403, 'members only', { 'x-why': 'because' }) })
  const gateway = await startGateway(t, {
    chat: route({ method: 'GET', path: '/chat', upstream: upstream('up', { targets: [up.url] }), websocket: true }),
  })
  const { status, headers: got, body } = await refusalOf(socketClient(t, `${gateway.url}/chat`))
  t.is(status, 403)
  t.is(body, 'members only')
  t.is(got['x-why'], 'because')
  t.is(got['connection'], 'close')
})

test('an upstream that is down is a problem', async (t) => {
  const gateway = await startGateway(t, {
    chat: route({ method: 'GET', path: '/chat', upstream: upstream('up', { targets: ['http://127.0.0.1:1'] }), websocket: true }),
  })
  const { status, body } = await refusalOf(socketClient(t, `${gateway.url}/chat`))
  t.is(status, 502)
  t.is(JSON.parse(body).code, 'UPSTREAM_UNREACHABLE')
})

test('one caller opens no more connections than maxPerConsumer, and another after closing one', async (t) => {
  const up = await socketUpstream(t)
  const gateway = await startGateway(
    t,
    {
      chat: route({
        method: 'GET',
        path: '/chat',
        upstream: upstream('up', { targets: [up.url] }),
        websocket: { maxPerConsumer: 2 },
      }),
    },
    { server: { trustedProxies: ['127.0.0.1'] } },
  )
  const first = await openSocket(t, `${gateway.url}/chat`)
  await openSocket(t, `${gateway.url}/chat`)
  const { status, headers: got, body } = await refusalOf(socketClient(t, `${gateway.url}/chat`))
  t.is(status, 429)
  t.is(JSON.parse(body).code, 'TOO_MANY_CONNECTIONS')
  t.is(got['retry-after'], '5')
  await openSocket(t, `${gateway.url}/chat`, { headers: { 'x-forwarded-for': '192.0.2.7' } })
  t.is(up.handshakes.length, 3)
  first.close()
  await once(first, 'close')
  while (up.server.clients.size > 2) await new Promise((resolve) => setImmediate(resolve))
  await t.notThrowsAsync(openSocket(t, `${gateway.url}/chat`))
})

test('a caller with a credential is one caller wherever it connects from', async (t) => {
  const up = await socketUpstream(t)
  const target = upstream('up', { targets: [up.url] })
  const secret = 's'.repeat(32)
  const minted = mintApiKey()
  const session = jwt({ issuer: 'https://id.example.org', audience: 'chat', algorithms: ['HS256'], secret, claims: z.looseObject({}) })
  const partner = apiKey({ keys: [{ id: minted.id, hash: minted.hash, consumer: 'acme' }] })
  const routes = Object.fromEntries(
    LANES.map((lifecycle) => [
      lifecycle,
      route({
        method: 'GET',
        path: `/${lifecycle}`,
        upstream: target,
        auth: anyOf(session, partner),
        websocket: { maxPerConsumer: 1 },
        lifecycle,
      }),
    ]),
  )
  const gateway = await startGateway(t, routes, { server: { trustedProxies: ['127.0.0.1'] } })
  const token = (sub: string) =>
    new SignJWT({ sub })
      .setProtectedHeader({ alg: 'HS256' })
      .setIssuer('https://id.example.org')
      .setAudience('chat')
      .setExpirationTime('1h')
      .sign(Buffer.from(secret))
  for (const lifecycle of LANES) {
    const dial = (from: string, credential: Record<string, string>) =>
      socketClient(t, `${gateway.url}/${lifecycle}`, { headers: { 'x-forwarded-for': from, ...credential } })
    const open = (from: string, credential: Record<string, string>) => once(dial(from, credential), 'open')
    const ann = { authorization: `Bearer ${await token('ann')}` }
    const acme = { 'x-api-key': minted.key }
    await open('192.0.2.1', ann)
    await open('192.0.2.1', acme)
    await open('192.0.2.1', { authorization: `Bearer ${await token('bob')}` })
    t.is((await refusalOf(dial('192.0.2.2', ann))).status, 429)
    t.is((await refusalOf(dial('192.0.2.2', acme))).status, 429)
  }
  t.is(up.handshakes.length, 6)
  t.deepEqual(
    up.handshakes.flatMap(({ headers: got }) => [got.authorization, got['x-api-key']].filter((value) => value !== undefined)),
    [],
  )
})
