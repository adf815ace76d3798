import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { connect } from 'node:http2'
import { Agent, request } from 'node:https'
import type { ExecutionContext } from 'ava'
import test from 'ava'
import { ConfigError, defineGateway, type ListenerTlsOptions, mtls, resolveGateway, route, upstream } from 'gatewright'
import { z } from 'zod'
import { altNamesOf } from '../../runtime/auth/client-certificate.js'
import { CA, TLS, tlsFile, tlsText } from '../helpers/http2.js'
import { LANES, startGateway, startUpstream } from '../helpers/start-gateway.js'

const CLIENT_CA = tlsText('client-ca.pem')
const tls: ListenerTlsOptions = { ...TLS, clientCaFile: tlsFile('client-ca.pem') }
const credentials = (name: string) => ({ cert: tlsText(`client-${name}.cert.pem`), key: tlsText(`client-${name}.key.pem`) })

interface Answer {
  readonly status: number
  readonly code: string | undefined
  readonly detail: string | undefined
  readonly challenge: string | undefined
}

async function get(url: string, options: object = {}): Promise<Answer> {
  const sent = request(url, { ca: CA, agent: false, ...options }).end()
  const [response] = await once(sent, 'response')
  let text = ''
  for await (const chunk of response) text += chunk
  const { code, detail } = response.statusCode === 200 ? {} : JSON.parse(text)
  return { status: response.statusCode, code, detail, challenge: response.headers['www-authenticate'] }
}

type Consumers = Parameters<typeof mtls>[0]['consumers']

async function startWith(t: ExecutionContext, consumers: Consumers, lifecycle: 'direct' | 'hapi' = 'direct') {
  const backend = await startUpstream(t)
  const target = upstream('target', { targets: [backend.url] })
  const seen: unknown[] = []
  const auth = mtls({ consumers })
  const gateway = await startGateway(
    t,
    {
      closed: route({
        method: 'GET',
        path: '/',
        upstream: target,
        auth,
        lifecycle,
        responses: { 200: z.unknown() },
        mapResponse: {
          200: (body, ctx) => {
            seen.push(ctx.auth)
            return body
          },
        },
      }),
      open: route({ method: 'GET', path: '/open', upstream: target, lifecycle }),
    },
    { server: { tls, http2: true } },
  )
  return { gateway, backend, seen }
}

for (const lifecycle of LANES)
  test(`${lifecycle}: a certificate of an accepted authority is mapped to its consumer; routes without the auth ask for none`, async (t) => {
    const { gateway, seen } = await startWith(t, [{ consumer: 'billing', san: 'URI:spiffe://example.org/billing' }], lifecycle)
    t.is((await get(gateway.url, credentials('billing'))).status, 200)
    t.like(seen[0], { kind: 'mtls', consumer: 'billing', subject: 'C=GB, O=Acme\\, Ltd, CN=billing' })
    t.is((await get(`${gateway.url}/open`)).status, 200)
    t.deepEqual(await get(gateway.url), {
      status: 401,
      code: 'UNAUTHENTICATED',
      detail: 'A credential is needed; the WWW-Authenticate header names the accepted kinds.',
      challenge: 'ClientCertificate',
    })
  })

test('each way to name a certificate fits it and no other', async (t) => {
  const der = Buffer.from(tlsText('client-billing.cert.pem').replace(/-----[^-]+-----|\s/g, ''), 'base64')
  const hex = createHash('sha256').update(der).digest('hex')
  const ways: Consumers[number][] = [
    { consumer: 'c', san: 'DNS:billing.example.org' },
    { consumer: 'c', san: 'IP:2001:db8:0::1' },
    { consumer: 'c', subject: 'C=GB, O=Acme\\, Ltd, CN=billing' },
    { consumer: 'c', fingerprint: hex },
    { consumer: 'c', fingerprint: hex.toUpperCase().match(/../g)?.join(':') as string },
  ]
  for (const way of ways) {
    const { gateway } = await startWith(t, [way])
    t.is((await get(gateway.url, credentials('billing'))).status, 200, JSON.stringify(way))
    t.is((await get(gateway.url, credentials('stranger'))).detail, 'The client certificate is not that of a known consumer.')
    const foreign = await get(gateway.url, credentials('foreign'))
    t.deepEqual([foreign.status, foreign.code], [401, 'INVALID_CREDENTIALS'])
    t.is(foreign.detail, 'The client certificate is not from an accepted authority.')
  }
})

test('a certificate holds for every request of its connection, over HTTP/2 and on resumed sessions too', async (t) => {
  const { gateway, backend } = await startWith(t, [{ consumer: 'billing', san: 'DNS:billing.example.org' }])
  const agent = new Agent({ keepAlive: true, maxSockets: 1, maxCachedSessions: 10 })
  t.teardown(() => agent.destroy())
  for (let index = 0; index < 3; index += 1) t.is((await get(gateway.url, { ...credentials('billing'), agent })).status, 200)
  agent.destroy()
  t.is((await get(gateway.url, { ...credentials('billing'), agent })).status, 200)

  const session = connect(gateway.url.replace('127.0.0.1', 'localhost'), { ca: CA, ...credentials('billing') })
  t.teardown(() => session.destroy())
  for (let index = 0; index < 2; index += 1) {
    const stream = session.request({ ':path': '/' })
    const [headers] = await once(stream, 'response')
    t.is(headers[':status'], 200)
    stream.resume()
  }
  t.is(backend.requests.length, 6)
})

test('a reload brings another authority, or the first one', async (t) => {
  const target = upstream('target', { targets: [(await startUpstream(t)).url] })
  const open = { any: route({ method: 'GET', path: '/', upstream: target }) }
  const closed = {
    any: route({
      method: 'GET',
      path: '/',
      upstream: target,
      auth: mtls({ consumers: [{ consumer: 'b', san: 'DNS:billing.example.org' }] }),
    }),
  }
  const info = { title: 'Test', version: '1.0.0' }
  const gateway = await startGateway(t, open, { server: { tls: TLS } })
  t.is((await get(gateway.url)).status, 200)
  await gateway.reload(defineGateway({ info, server: { tls }, routes: closed }))
  t.is((await get(gateway.url, credentials('billing'))).status, 200)
  t.is((await get(gateway.url)).code, 'UNAUTHENTICATED')
  const other = { ...TLS, clientCa: tlsText('client-foreign.cert.pem') }
  await gateway.reload(defineGateway({ info, server: { tls: other }, routes: closed }))
  t.is((await get(gateway.url, credentials('foreign'))).status, 200)
  t.is((await get(gateway.url, credentials('billing'))).detail, 'The client certificate is not from an accepted authority.')
})

test('a header that reports a certificate counts for nothing', async (t) => {
  const { gateway } = await startWith(t, [{ consumer: 'billing', subject: 'C=GB, O=Acme\\, Ltd, CN=billing' }])
  const headers = { 'x-forwarded-client-cert': `Cert="${encodeURIComponent(tlsText('client-billing.cert.pem'))}"` }
  t.is((await get(gateway.url, { headers })).code, 'UNAUTHENTICATED')
})

test('names with commas and quotes are told apart from several names', (t) => {
  t.deepEqual(altNamesOf({ subjectAltName: 'DNS:"a, DNS:evil", DNS:b, URI:"x\\"y", IP Address:1.2.3.4' }), [
    'DNS:a, DNS:evil',
    'DNS:b',
    'URI:x"y',
    'IP Address:1.2.3.4',
  ])
  t.deepEqual(altNamesOf({ subjectAltName: undefined as never }), [])
})

test('it needs authorities of clients, and one way to name each consumer', (t) => {
  const target = upstream('target', { targets: ['http://127.0.0.1:9'] })
  const load = (consumers: unknown, server: object) => {
    const routes = { any: route({ method: 'GET', path: '/', upstream: target, auth: mtls({ consumers: consumers as Consumers }) }) }
    const config = defineGateway({ info: { title: 'T', version: '1.0.0' }, server, routes })
    return t.throws(() => resolveGateway(config), { instanceOf: ConfigError })?.issues.map(({ code, message }) => [code, message])
  }
  t.deepEqual(load([{ consumer: 'a', san: 'DNS:a' }], { tls: TLS }), [
    ['GW1305', 'this checks client certificates, and the listener asks for none'],
  ])
  t.deepEqual(load([{ consumer: 'a', san: 'DNS:a', subject: 'CN=a' }], { tls }), [
    ['GW1002', 'expected one of `san`, `subject` and `fingerprint`'],
  ])
  t.deepEqual(load([{ consumer: 'a', san: 'DNS:a' }], { tls: { ...tls, clientCa: CLIENT_CA } }), [
    ['GW1002', 'expected one of `clientCa` and `clientCaFile`'],
  ])
})
