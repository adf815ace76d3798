import { once } from 'node:events'
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { request } from 'node:https'
import { connect as connectPlain } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, type TLSSocket } from 'node:tls'
import type { ExecutionContext } from 'ava'
import test from 'ava'
import { ConfigError, defineGateway, type ListenerTlsOptions, route, upstream } from 'gatewright'
import { testGateway } from 'gatewright/testing'
import { ask, CA, openSession, TLS, tlsFile, tlsText } from '../helpers/http2.js'
import { LANES, startGateway, startUpstream } from '../helpers/start-gateway.js'

const routesTo = (url: string, lifecycle: 'direct' | 'hapi' = 'direct') => ({
  get: route({ method: 'GET', path: '/', upstream: upstream('up', { targets: [url] }), lifecycle }),
})

async function handshake(t: ExecutionContext, url: string, options: object = {}): Promise<TLSSocket> {
  const socket = connect({ port: Number(new URL(url).port), host: '127.0.0.1', servername: 'localhost', ca: CA, ...options })
  t.teardown(() => socket.destroy())
  await once(socket, 'secureConnect')
  return socket
}

const subjectOf = (socket: TLSSocket) => socket.getPeerCertificate().subject.CN

function issueOf(tls: ListenerTlsOptions) {
  const config = defineGateway({ info: { title: 'Test', version: '1.0.0' }, server: { tls }, routes: routesTo('http://127.0.0.1:1') })
  try {
    testGateway(config)
  } catch (error) {
    if (error instanceof ConfigError) return error.issues[0]
  }
  return undefined
}

for (const lifecycle of LANES)
  test(`${lifecycle}: HTTPS is served, and said to the upstream`, async (t) => {
    const up = await startUpstream(t)
    const gateway = await startGateway(t, routesTo(up.url, lifecycle), { server: { tls: TLS } })
    t.regex(gateway.url, /^https:/)
    const sent = request(gateway.url, { ca: CA, agent: false }).end()
    const [response] = await once(sent, 'response')
    response.resume()
    t.is(response.statusCode, 200)
    t.is(up.requests[0]?.headers['x-forwarded-proto'], 'https')
    t.is((await gateway.inject({ url: '/' })).status, 200)
    t.is(up.requests[1]?.headers['x-forwarded-proto'], 'https')
  })

test('a certificate may be given as texts, with an encrypted key', async (t) => {
  const tls = { cert: tlsText('localhost.cert.pem'), key: tlsText('localhost.locked.pem'), passphrase: 'sesame' }
  const gateway = await startGateway(t, routesTo('http://127.0.0.1:1'), { server: { tls } })
  t.is(subjectOf(await handshake(t, gateway.url)), 'localhost')
})

test('TLS 1.2 is the oldest version by default, and may be ruled out', async (t) => {
  const gateway = await startGateway(t, routesTo('http://127.0.0.1:1'), { server: { tls: TLS } })
  const strict = await startGateway(t, routesTo('http://127.0.0.1:1'), { server: { tls: { ...TLS, minVersion: 'TLSv1.3' } } })
  t.is((await handshake(t, gateway.url, { maxVersion: 'TLSv1.2' })).getProtocol(), 'TLSv1.2')
  await t.throwsAsync(handshake(t, gateway.url, { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }))
  await t.throwsAsync(handshake(t, strict.url, { maxVersion: 'TLSv1.2' }))
})

test('without `http2` only HTTP/1.1 is offered', async (t) => {
  const gateway = await startGateway(t, routesTo('http://127.0.0.1:1'), { server: { tls: TLS } })
  t.is((await handshake(t, gateway.url, { ALPNProtocols: ['h2', 'http/1.1'] })).alpnProtocol, 'http/1.1')
})

test('a reload swaps the certificate for new connections and keeps the old ones; a bad one keeps the last good', async (t) => {
  const up = await startUpstream(t)
  const folder = mkdtempSync(join(tmpdir(), 'gatewright-tls-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const tls = { certFile: join(folder, 'cert.pem'), keyFile: join(folder, 'key.pem') }
  const put = (name: string) => {
    copyFileSync(tlsFile(`${name}.cert.pem`), tls.certFile)
    copyFileSync(tlsFile(`${name}.key.pem`), tls.keyFile)
  }
  put('localhost')
  const config = defineGateway({ info: { title: 'Test', version: '1.0.0' }, server: { tls, http2: true }, routes: routesTo(up.url) })
  const gateway = testGateway(config)
  await gateway.start()
  t.teardown(() => gateway.stop({ now: true }))
  const old = await handshake(t, gateway.url)
  t.is(subjectOf(old), 'localhost')
  put('renewed')
  await gateway.reload(config)
  t.is(subjectOf(await handshake(t, gateway.url)), 'renewed')
  copyFileSync(tlsFile('localhost.key.pem'), tls.keyFile)
  await t.throwsAsync(gateway.reload(config), { instanceOf: ConfigError, message: /GW1602/ })
  t.is(subjectOf(await handshake(t, gateway.url)), 'renewed')
  old.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
  t.regex(String((await once(old, 'data'))[0]), /^HTTP\/1\.1 200 /)
})

test('failed handshakes and plain HTTP on the port change nothing for others', async (t) => {
  const up = await startUpstream(t)
  const gateway = await startGateway(t, routesTo(up.url), { server: { tls: TLS, http2: true } })
  for (const bytes of ['GET / HTTP/1.1\r\nHost: a\r\n\r\n', '\u0016\u0003\u0001\u0000\u0005hello', '\u0000'.repeat(2_000)]) {
    const socket = connectPlain(Number(new URL(gateway.url).port), '127.0.0.1')
    socket.on('error', () => undefined)
    socket.resume()
    socket.write(bytes, 'latin1')
    await once(socket, 'close')
  }
  // A server name that is none, and one that is very long (CVE-2026-21637).
  for (const servername of ['no.such.example', `${'a'.repeat(63)}.${'b'.repeat(63)}.${'c'.repeat(63)}.example`])
    await handshake(t, gateway.url, { servername, checkServerIdentity: () => undefined })
  const sent = request(gateway.url, { ca: CA, agent: false }).end()
  const [response] = await once(sent, 'response')
  t.is(response.statusCode, 200)
  response.resume()
})

test('what is wrong with a certificate or key is said at load', (t) => {
  const { certFile, keyFile } = TLS
  t.like(issueOf({ certFile: '/no/such/file.pem', keyFile }), {
    code: 'GW1601',
    path: ['server', 'tls', 'certFile'],
    message: 'cannot read /no/such/file.pem: ENOENT',
  })
  t.like(issueOf({ certFile: keyFile, keyFile }), { code: 'GW1601', message: 'not a certificate in PEM form' })
  t.like(issueOf({ certFile, keyFile: certFile }), { code: 'GW1601', path: ['server', 'tls', 'keyFile'] })
  t.like(issueOf({ certFile, keyFile: tlsFile('localhost.locked.pem') }), { code: 'GW1601', hint: 'an encrypted key needs `passphrase`' })
  t.like(issueOf({ certFile, keyFile: tlsFile('localhost.locked.pem'), passphrase: 'wrong' }), {
    code: 'GW1601',
    message: 'not a private key that the passphrase opens',
  })
  t.like(issueOf({ certFile, keyFile: tlsFile('renewed.key.pem') }), { code: 'GW1602', path: ['server', 'tls', 'keyFile'] })
  const expired = issueOf({ certFile: tlsFile('expired.cert.pem'), keyFile })
  t.like(expired, { code: 'GW1603', path: ['server', 'tls', 'certFile'] })
  t.regex(expired?.message ?? '', /^the certificate expired on 2026-11-23$/)
  t.like(issueOf({ cert: 'MIIB', key: tlsText('localhost.key.pem') }), { code: 'GW1002', path: ['server', 'tls', 'cert'] })
  t.like(issueOf({ certFile } as never), { code: 'GW1002', message: 'expected `cert` with `key`, or `certFile` with `keyFile`' })
  const secret = issueOf({ cert: tlsText('localhost.cert.pem'), key: 'my-secret-key' })
  t.is(secret?.code, 'GW1002')
  t.notRegex(JSON.stringify(secret), /my-secret-key/)
})

for (const http2 of [false, true])
  test(`beyond the limit of connections the oldest idle one makes room, over ${http2 ? 'HTTP/2' : 'HTTP/1.1'} too`, async (t) => {
    const up = await startUpstream(t)
    const server = { tls: TLS, http2, limits: { connections: 2 } }
    const gateway = await startGateway(t, routesTo(up.url), { server })
    const open = async () => {
      if (http2) {
        const session = await openSession(t, gateway.url)
        return { closed: once(session, 'close'), status: async () => (await ask(session, { ':path': '/' })).status }
      }
      const socket = await handshake(t, gateway.url)
      socket.on('error', () => undefined)
      const status = async () => {
        socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
        return Number(String((await once(socket, 'data'))[0]).slice(9, 12))
      }
      return { closed: once(socket, 'close'), status }
    }
    const first = await open()
    t.is(await first.status(), 200)
    const second = await open()
    t.is(await second.status(), 200)
    const third = await open()
    t.is(await third.status(), 200)
    await first.closed
    t.is(await second.status(), 200)
  })
