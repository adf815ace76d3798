import { X509Certificate } from 'node:crypto'
import type { SecureServerOptions } from 'node:http2'
import type { ExecutionContext } from 'ava'
import test from 'ava'
import { ConfigError, defineGateway, resolveGateway, route, type UpstreamOptions, type UpstreamTlsOptions, upstream } from 'gatewright'
import { testGateway } from 'gatewright/testing'
import { pinOf } from '../../runtime/upstreams/tls/handshake-fault.js'
import { recordLog } from '../helpers/record-log.js'
import { LANES, startGateway } from '../helpers/start-gateway.js'
import { identity, pem, pemFile, startTlsUpstream, until } from '../helpers/tls-upstream.js'

type Lane = (typeof LANES)[number]
const ca = pem('ca')
const PIN = pinOf(new X509Certificate(pem('localhost.cert')))
const OTHER_PIN = pinOf(new X509Certificate(pem('other.cert')))

const routesTo = (options: UpstreamOptions, lifecycle: Lane = 'direct') => ({
  any: route({ method: '*', path: '/{path*}', upstream: upstream('up', { timeouts: { connect: '20s' }, ...options }), lifecycle }),
})

/** Starts a gateway in front of `options`, with its log and its metrics. */
async function start(t: ExecutionContext, options: UpstreamOptions, lifecycle: Lane = 'direct') {
  const { log, lines } = recordLog()
  const gateway = await startGateway(t, routesTo(options, lifecycle), { admin: {} }, { log })
  const metrics = async () => (await fetch(`${gateway.adminUrl}/metrics`)).text()
  return { gateway, lines, metrics, ask: () => fetch(gateway.url) }
}

/** The one issue of a config that must not load. */
function issueOf(tls: UpstreamTlsOptions, more: Partial<UpstreamOptions> = {}) {
  const options = { targets: ['https://localhost:1'], tls, ...more }
  const gateway = testGateway(defineGateway({ info: { title: 'T', version: '1' }, routes: routesTo(options) }))
  return gateway.inject({ url: '/' }).then(
    () => undefined,
    (error: unknown) => (error instanceof ConfigError ? error.issues[0] : undefined),
  )
}

test('the pin is the one of RFC 7469, as OpenSSL makes it', (t) => {
  // openssl x509 -in localhost.cert.pem -pubkey -noout | openssl pkey -pubin -outform der | openssl dgst -sha256 -binary | base64
  t.is(PIN, '1MOFvn5APBmyf0tHaAUe0Y/tax/9sp4tWXKE4FaEMtk=')
})

for (const lifecycle of LANES)
  for (const http2 of [false, true]) {
    const name = `${lifecycle}${http2 ? ', HTTP/2' : ''}`

    test(`${name}: U-11 a key that is pinned is spoken to, any of several`, async (t) => {
      const up = await startTlsUpstream(t)
      const { ask } = await start(t, { targets: [up.url], http2, tls: { ca, pins: [OTHER_PIN, PIN] } }, lifecycle)
      t.is((await ask()).status, 200)
      for (const socket of up.sockets) socket.destroy()
      await until(() => up.sockets.size === 0)
      // Over a new connection, which would resume the session and show no certificate.
      t.is((await ask()).status, 200)
      t.is(up.seen[0]?.version, http2 ? '2.0' : '1.1')
    })

    test(`${name}: U-11 a key that is not pinned is 502, counted, and sent nothing`, async (t) => {
      const up = await startTlsUpstream(t)
      const { ask, metrics, lines } = await start(t, { targets: [up.url], http2, tls: { ca, pins: [OTHER_PIN] } }, lifecycle)
      // Again, in case a session of the first connection were resumed.
      for (const _ of [1, 2]) {
        const response = await ask()
        t.is(response.status, 502)
        const text = await response.text()
        t.is(JSON.parse(text).code, 'UPSTREAM_UNREACHABLE')
        t.notRegex(text, /pin|localhost/i)
      }
      t.is(up.seen.length, 0)
      t.regex(await metrics(), new RegExp(`gatewright_upstream_tls_failures_total\\{upstream="up",target="${up.url}",reason="pin"\\} 2`))
      const cause = `the public key of ${up.url} has the pin ${PIN}, which is none of \`pins\``
      t.true(lines.some((line) => line['cause'] === cause && line['msg'] === 'request'))
      t.is(lines.filter((line) => line['msg'] === 'no TLS connection to the target').length, 1)
    })

    test(`${name}: U-11 a target that asks for a certificate gets the one of the files, and none without`, async (t) => {
      const server = { ...identity('localhost'), ca, requestCert: true, rejectUnauthorized: true }
      const up = await startTlsUpstream(t, server)
      const files = { certFile: pemFile('client.cert'), keyFile: pemFile('client.key') }
      const known = await start(t, { targets: [up.url], http2, tls: { caFile: pemFile('ca'), ...files } }, lifecycle)
      t.is((await known.ask()).status, 200)
      t.is(up.seen[0]?.client, 'gatewright')
      const unknown = await start(t, { targets: [up.url], http2, tls: { ca } }, lifecycle)
      t.is((await unknown.ask()).status, 502)
      t.is(up.seen.length, 1)
    })
  }

const refused: [reason: string, title: string, server: () => SecureServerOptions, tls: UpstreamTlsOptions][] = [
  ['untrusted', 'an authority that is not trusted', () => identity('other'), { ca }],
  ['untrusted', 'a certificate that signed itself', () => identity('self-signed'), { ca }],
  ['name', 'a certificate for another name', () => identity('elsewhere'), { ca }],
  ['name', 'a certificate without the name that `servername` gives', () => identity('localhost'), { ca, servername: 'elsewhere.example' }],
  ['expired', 'an expired certificate', () => identity('expired'), { ca }],
  [
    'protocol',
    'an older TLS than `minVersion`',
    () => ({ ...identity('localhost'), maxVersion: 'TLSv1.2' }),
    { ca, minVersion: 'TLSv1.3' },
  ],
  ['untrusted', 'a pinned key does not make up for an authority that is not trusted', () => identity('other'), { ca, pins: [OTHER_PIN] }],
]
for (const [reason, title, server, tls] of refused)
  test(`U-11 ${title}: 502, and counted as ${reason}`, async (t) => {
    const up = await startTlsUpstream(t, server())
    const { ask, metrics } = await start(t, { targets: [up.url], tls })
    t.is((await ask()).status, 502)
    t.is(up.seen.length, 0)
    t.regex(
      await metrics(),
      new RegExp(`gatewright_upstream_tls_failures_total\\{upstream="up",target="${up.url}",reason="${reason}"\\} 1`),
    )
  })

test('U-11 `servername` is what is sent and held to, also for an address', async (t) => {
  const up = await startTlsUpstream(t, identity('elsewhere'))
  const { ask } = await start(t, { targets: [up.address], tls: { ca, servername: 'elsewhere.example', minVersion: 'TLSv1.3' } })
  t.is((await ask()).status, 200)
  t.like(up.seen[0], { servername: 'elsewhere.example', protocol: 'TLSv1.3' })
})

test('health probes use the same TLS, pins included', async (t) => {
  const server = { ...identity('elsewhere'), ca, requestCert: true, rejectUnauthorized: true }
  const up = await startTlsUpstream(t, server)
  const health = { path: '/healthz', interval: '50ms', timeout: '20s' } as const
  const tls = { ca, servername: 'elsewhere.example', ...identity('client') }
  const trusted = await start(t, { targets: [up.address], health, tls })
  t.like(up.seen[0], { path: '/healthz', client: 'gatewright', servername: 'elsewhere.example' })
  t.is((await trusted.ask()).status, 200)
  const before = up.seen.length
  const pinned = await start(t, { targets: [up.address], health, tls: { ...tls, pins: [PIN] } })
  t.is((await pinned.ask()).status, 503)
  t.true(up.seen.slice(before).every(({ path }) => path === '/healthz'))
})

test('`verify: false` takes any certificate, warns, and shows in metrics and inspection', async (t) => {
  const up = await startTlsUpstream(t, identity('self-signed'))
  const { ask, lines, metrics, gateway } = await start(t, { targets: [up.url], tls: { verify: false } })
  t.is((await ask()).status, 200)
  t.true(lines.some(({ level, msg, upstream }) => level === 40 && upstream === 'up' && /not verified/.test(String(msg))))
  t.regex(await metrics(), /gatewright_upstream_unverified\{upstream="up"\} 1/)
  t.true(gateway.inspect()[0]?.unverified)
})

test('with `pins`, `verify: false` takes the keys that are named and no other', async (t) => {
  const up = await startTlsUpstream(t, identity('self-signed'))
  const pin = pinOf(new X509Certificate(pem('self-signed.cert')))
  const known = await start(t, { targets: [up.url], tls: { verify: false, pins: [pin] } })
  t.is((await known.ask()).status, 200)
  t.notRegex(await known.metrics(), /gatewright_upstream_unverified\{/)
  t.false(known.gateway.inspect()[0]?.unverified)
  const other = await start(t, { targets: [up.url], tls: { verify: false, pins: [OTHER_PIN] } })
  t.is((await other.ask()).status, 502)
})

test.serial('in production `verify: false` needs `pins` (GW1641)', async (t) => {
  const before = process.env['NODE_ENV']
  process.env['NODE_ENV'] = 'production'
  t.teardown(() => {
    if (before === undefined) delete process.env['NODE_ENV']
    else process.env['NODE_ENV'] = before
  })
  t.is((await issueOf({ verify: false }))?.code, 'GW1641')
  t.is(await issueOf({ verify: false, pins: [PIN] }), undefined)
})

test('what is wrong with texts, files and options is said at load', async (t) => {
  const files = { certFile: pemFile('client.cert'), keyFile: pemFile('client.key') }
  t.like(await issueOf({ caFile: '/no/such/ca.pem' }), {
    code: 'GW1907',
    message: '`tls` of the upstream "up" cannot be used: cannot read /no/such/ca.pem: ENOENT',
  })
  t.regex((await issueOf({ ...files, keyFile: pemFile('localhost.key') }))?.message ?? '', /is not the one of the certificate/)
  t.regex((await issueOf({ ...files, certFile: pemFile('client.key') }))?.message ?? '', /the certificate is not one in PEM form/)
  t.regex(
    (await issueOf({ ...files, certFile: pemFile('expired.cert'), keyFile: pemFile('expired.key') }))?.message ?? '',
    /expired on Jan/,
  )
  t.regex((await issueOf({ caFile: pemFile('client.key') }))?.message ?? '', /authorities are not certificates/)
})

const invalid: [UpstreamTlsOptions, string][] = [
  [{ pins: ['sha256/abc'] }, '44 characters of base64'],
  [{ pins: [] }, 'at least one pin'],
  [{ servername: '127.0.0.1' }, 'a host name'],
  [{ certFile: 'a' }, '`certFile` with `keyFile`'],
  [{ certFile: 'a', key: pem('client.key') }, '`certFile` with `keyFile`'],
  [{ ca, caFile: 'a' }, 'one of `ca` and `caFile`'],
  [{ passphrase: 'a' }, 'no key to open'],
  [{ verify: false, ca }, 'nothing is held against an authority'],
]
for (const [tls, expected] of invalid)
  test(`refused at load: ${Object.keys(tls).join(' with ')}, with ${JSON.stringify(expected)}`, (t) => {
    const routes = routesTo({ targets: ['https://localhost:1'], tls })
    const error = t.throws<ConfigError>(() => resolveGateway(defineGateway({ info: { title: 'T', version: '1' }, routes })))
    t.true(error?.issues[0]?.message.includes(expected), error?.message)
  })
