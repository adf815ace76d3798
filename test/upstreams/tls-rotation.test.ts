import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ExecutionContext } from 'ava'
import test from 'ava'
import { route, type UpstreamTlsOptions, upstream } from 'gatewright'
import { recordLog } from '../helpers/record-log.js'
import { LANES, startGateway } from '../helpers/start-gateway.js'
import { identity, pem, pemFile, startTlsUpstream, type TlsUpstream, until } from '../helpers/tls-upstream.js'

type Lane = (typeof LANES)[number]

/** Files in a folder of the test's own. */
function makeFiles(t: ExecutionContext) {
  const folder = mkdtempSync(join(tmpdir(), 'gatewright-upstream-tls-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const files = { caFile: join(folder, 'ca.pem'), certFile: join(folder, 'cert.pem'), keyFile: join(folder, 'key.pem') }
  const put = (name: string) => {
    copyFileSync(pemFile(`${name}.cert`), files.certFile)
    copyFileSync(pemFile(`${name}.key`), files.keyFile)
  }
  copyFileSync(pemFile('ca'), files.caFile)
  put('client')
  return { files, put }
}

async function start(t: ExecutionContext, up: TlsUpstream, tls: UpstreamTlsOptions, http2 = false, lifecycle: Lane = 'direct') {
  const { log, lines } = recordLog()
  const api = upstream('up', { targets: [up.url], http2, tls, timeouts: { connect: '20s' } })
  const gateway = await startGateway(t, { get: route({ method: 'GET', path: '/', upstream: api, lifecycle }) }, { admin: {} }, { log })
  const metrics = async () => (await fetch(`${gateway.adminUrl}/metrics`)).text()
  return { gateway, lines, metrics }
}

for (const lifecycle of LANES)
  for (const http2 of [false, true])
    test(`${lifecycle}${http2 ? ', HTTP/2' : ''}: a certificate that is swapped under load loses no request, and old connections end`, async (t) => {
      const { files, put } = makeFiles(t)
      const trusted = [pem('ca'), pem('other-ca')]
      const up = await startTlsUpstream(t, { ...identity('localhost'), ca: trusted, requestCert: true, rejectUnauthorized: true })
      const { gateway, metrics, lines } = await start(t, up, files, http2, lifecycle)
      const statuses: number[] = []
      let running = true
      const caller = async () => {
        while (running) statuses.push((await fetch(gateway.url)).status)
      }
      const callers = Promise.all([caller(), caller(), caller(), caller()])
      await until(() => statuses.length > 20)
      const old = new Set(up.sockets)
      put('client-other')
      await until(() => up.seen.at(-1)?.client === 'gatewright, renewed')
      await until(() => [...old].every((socket) => socket.destroyed))
      const swapped = statuses.length
      await until(() => statuses.length > swapped + 20)
      running = false
      await callers
      t.deepEqual([...new Set(statuses)], [200])
      const first = up.seen.findIndex(({ client }) => client !== 'gatewright')
      t.true(up.seen.slice(first + 20).every(({ client }) => client === 'gatewright, renewed'))
      t.regex(await metrics(), /gatewright_certificate_reloads_total\{which="upstream",name="up",outcome="ok"\} 1/)
      t.true(lines.some(({ msg, name }) => msg === 'changed certificate files are in use' && name === 'up'))
    })

test('an authority that is no longer trusted ends what was built on it, resumed sessions too', async (t) => {
  const { files } = makeFiles(t)
  const up = await startTlsUpstream(t)
  const { gateway } = await start(t, up, { caFile: files.caFile })
  t.is((await fetch(gateway.url)).status, 200)
  copyFileSync(pemFile('other-ca'), files.caFile)
  await until(async () => (await fetch(gateway.url)).status === 502)
  up.setSecureContext(identity('other'))
  t.is((await fetch(gateway.url)).status, 200)
})

test('files that cannot be used leave the last good ones in use, and say so', async (t) => {
  const { files, put } = makeFiles(t)
  const up = await startTlsUpstream(t, { ...identity('localhost'), ca: pem('ca'), requestCert: true, rejectUnauthorized: true })
  const { gateway, lines, metrics } = await start(t, up, files)
  const flaws: [write: () => void, reason: RegExp][] = [
    [() => writeFileSync(files.certFile, 'half of'), /not one in PEM form/],
    [() => copyFileSync(pemFile('client-other.cert'), files.certFile), /not the one of the certificate/],
    [() => put('expired'), /expired on/],
    [() => rmSync(files.keyFile), /cannot read .*key\.pem: ENOENT/],
  ]
  for (const [write, reason] of flaws) {
    write()
    await until(() => lines.some((line) => reason.test(String(line['reason']))))
    t.is((await fetch(gateway.url)).status, 200)
    t.is(up.seen.at(-1)?.client, 'gatewright')
  }
  t.regex(await metrics(), /gatewright_certificate_reloads_total\{which="upstream",name="up",outcome="failed"\} [4-8]\n/)
  put('client')
  await until(() => lines.some(({ msg }) => msg === 'changed certificate files are in use'))
  t.is((await fetch(gateway.url)).status, 200)
})

test('health probes use what the files hold now', async (t) => {
  const { files, put } = makeFiles(t)
  const up = await startTlsUpstream(t, { ...identity('localhost'), ca: [pem('ca'), pem('other-ca')], requestCert: true })
  const api = upstream('up', { targets: [up.url], tls: files, health: { path: '/healthz', interval: '50ms', timeout: '20s' } })
  await startGateway(t, { get: route({ method: 'GET', path: '/', upstream: api }) })
  t.is(up.seen[0]?.client, 'gatewright')
  put('client-other')
  await until(() => up.seen.at(-1)?.client === 'gatewright, renewed')
  t.true(up.seen.every(({ path }) => path === '/healthz'))
})
