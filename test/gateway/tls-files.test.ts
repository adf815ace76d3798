import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect as connectHttp2 } from 'node:http2'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from 'node:tls'
import type { ExecutionContext } from 'ava'
import test from 'ava'
import { defineGateway, type GatewayOptions, route, upstream } from 'gatewright'
import { testGateway } from 'gatewright/testing'
import { pinOf } from '../../runtime/upstreams/tls/handshake-fault.js'
import { fakeClock } from '../helpers/fake-clock.js'
import { CA, TLS, tlsFile } from '../helpers/http2.js'
import { recordLog } from '../helpers/record-log.js'
import { startGateway, startUpstream } from '../helpers/start-gateway.js'
import { identity, pem, shownBy, startTlsUpstream, until } from '../helpers/tls-upstream.js'

const DAY = 86_400_000
/** When the test certificates end, in seconds since 1970. */
const LISTENER_END = Date.UTC(2126, 9, 30, 8, 12, 20) / 1_000
const UPSTREAM_END = Date.UTC(2126, 9, 31, 8, 18, 42) / 1_000

function makeFiles(t: ExecutionContext) {
  const folder = mkdtempSync(join(tmpdir(), 'gatewright-tls-files-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const tls = { certFile: join(folder, 'cert.pem'), keyFile: join(folder, 'key.pem') }
  const put = (name: string) => {
    copyFileSync(tlsFile(`${name}.cert.pem`), tls.certFile)
    copyFileSync(tlsFile(`${name}.key.pem`), tls.keyFile)
  }
  put('localhost')
  return { tls, put }
}

const routesTo = (target: string, tls: object = {}) => ({
  get: route({
    method: 'GET',
    path: '/',
    upstream: upstream('up', { targets: [target], timeouts: { connect: '20s' }, tls: { ca: pem('ca'), ...tls } }),
  }),
})
const scrape = async (gateway: { adminUrl: string }) => (await fetch(`${gateway.adminUrl}/metrics`)).text()

test('the listener takes a certificate from changed files, and keeps connections that are open', async (t) => {
  const { tls, put } = makeFiles(t)
  const up = await startUpstream(t)
  const { log, lines } = recordLog()
  const server = { tls, http2: true }
  const gateway = await startGateway(t, routesTo(up.url), { server, admin: {} }, { log })
  const old = connect({ port: Number(new URL(gateway.url).port), host: '127.0.0.1', servername: 'localhost', ca: CA })
  t.teardown(() => old.destroy())
  const session = connectHttp2(gateway.url, { ca: CA })
  t.teardown(() => session.destroy())
  await Promise.all([once(old, 'secureConnect'), once(session, 'connect')])
  put('renewed')
  await until(async () => (await shownBy(gateway.url)) === 'renewed')
  t.true(lines.some(({ msg, which }) => msg === 'changed certificate files are in use' && which === 'listener'))
  old.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
  t.regex(String((await once(old, 'data'))[0]), /^HTTP\/1\.1 200 /)
  const stream = session.request({ ':path': '/' })
  t.is((await once(stream, 'response'))[0][':status'], 200)
  t.regex(await scrape(gateway), /gatewright_certificate_reloads_total\{which="listener",name="server",outcome="ok"\} 1/)
})

test('files that the listener cannot use leave the last good ones in use; a reload brings files of other names', async (t) => {
  const { tls, put } = makeFiles(t)
  const { log, lines } = recordLog()
  const config = (files: typeof tls): GatewayOptions => ({
    info: { title: 'T', version: '1' },
    server: { tls: files },
    routes: routesTo('http://127.0.0.1:1'),
  })
  const gateway = testGateway(defineGateway(config(tls)), { log })
  await gateway.start()
  t.teardown(() => gateway.stop({ now: true }))
  writeFileSync(tls.certFile, 'half of')
  await until(() => lines.some(({ reason }) => reason === 'not a certificate in PEM form'))
  t.is(await shownBy(gateway.url), 'localhost')
  copyFileSync(tlsFile('expired.cert.pem'), tls.certFile)
  await until(() => lines.some(({ reason }) => /expired on 2026-11-23/.test(String(reason))))
  t.is(await shownBy(gateway.url), 'localhost')
  const others = makeFiles(t)
  others.put('renewed')
  await gateway.reload(defineGateway(config(others.tls)))
  t.is(await shownBy(gateway.url), 'renewed')
  others.put('localhost')
  await until(async () => (await shownBy(gateway.url)) === 'localhost')
  // The files of before mean nothing any more.
  put('renewed')
  await new Promise((resolve) => setTimeout(resolve, 2_500))
  t.is(await shownBy(gateway.url), 'localhost')
})

test('the end of each certificate is a metric: the listener’s, the client’s, and what targets show', async (t) => {
  const up = await startTlsUpstream(t, { ...identity('localhost'), ca: pem('ca'), requestCert: true })
  const { log, lines } = recordLog()
  const routes = routesTo(up.url, identity('client'))
  const gateway = await startGateway(t, routes, { server: { tls: TLS }, admin: {} }, { log })
  const before = await scrape(gateway)
  t.true(before.includes(`gatewright_certificate_expiry_seconds{which="listener",name="server",target=""} ${LISTENER_END}\n`), before)
  t.true(before.includes(`gatewright_certificate_expiry_seconds{which="client",name="up",target=""} ${UPSTREAM_END}\n`))
  t.false(before.includes('which="upstream"'))
  t.is((await gateway.inject({ url: '/' })).status, 200)
  const after = await scrape(gateway)
  t.true(after.includes(`gatewright_certificate_expiry_seconds{which="upstream",name="up",target="${up.url}"} ${UPSTREAM_END}\n`))
  t.false(lines.some(({ msg }) => /certificate/.test(String(msg))))
})

test('a certificate that ends within `log.certificateExpiry` is warned of, once for each', async (t) => {
  const up = await startTlsUpstream(t)
  const clock = fakeClock(UPSTREAM_END * 1_000 - 10 * DAY)
  const routes = routesTo(up.url, { ...identity('client'), pins: [pinOf(new X509Certificate(pem('localhost.cert')))] })
  const warned = async (certificateExpiry?: `${number}d`) => {
    const { log, lines } = recordLog()
    const options = certificateExpiry === undefined ? {} : { log: { certificateExpiry } }
    const gateway = await startGateway(t, routes, options, { log, clock })
    for (const _ of [1, 2]) {
      t.is((await gateway.inject({ url: '/' })).status, 200)
      for (const socket of up.sockets) socket.destroy()
      await until(() => up.sockets.size === 0)
    }
    return lines.filter(({ msg }) => msg === 'a certificate expires soon')
  }
  const fields = { level: 40, name: 'up', expires: '2126-10-31T08:18:42.000Z', days: 10 }
  const lines = await warned()
  t.is(lines.length, 2)
  t.like(lines[0], { ...fields, which: 'client' })
  t.like(lines[1], { ...fields, which: 'upstream', target: up.url })
  t.is((await warned('9d')).length, 0)
  t.is((await warned('0d')).length, 0)
  t.is((await warned('11d')).length, 2)
})
