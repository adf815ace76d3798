import dns from 'node:dns'
import test from 'ava'
import { dns as named, route, upstream } from 'gatewright'
import { isPublicAddress, lookupPublic } from '../../runtime/upstreams/public-address.js'
import { startDns } from '../helpers/dns-server.js'
import { recordLog } from '../helpers/record-log.js'
import { LANES, startGateway, startUpstream } from '../helpers/start-gateway.js'

for (const address of ['127.0.0.1', '10.1.2.3', '169.254.169.254', '100.64.0.1', '192.168.0.1', '0.0.0.0', '255.255.255.255', '::1', '::'])
  test(`${address} is not public`, (t) => {
    t.false(isPublicAddress(address))
  })

for (const address of [
  '::ffff:127.0.0.1',
  '::ffff:a01:203',
  '64:ff9b::a00:1',
  '64:ff9b::169.254.169.254',
  'fe80::1%eth0',
  'fd00:ec2::254',
  'ff02::1',
])
  test(`${address} is not public either`, (t) => {
    t.false(isPublicAddress(address))
  })

for (const address of ['1.1.1.1', '172.32.0.1', '2606:4700::1111', '::ffff:1.1.1.1', '64:ff9b::101:101'])
  test(`${address} is public`, (t) => {
    t.true(isPublicAddress(address))
  })

for (const lifecycle of LANES)
  for (const host of ['127.0.0.1', 'localhost'])
    test(`${lifecycle}: denyPrivate keeps requests from ${host}, and says so in the log alone`, async (t) => {
      const up = await startUpstream(t)
      const { log, lines } = recordLog()
      const target = `http://${host}:${new URL(up.url).port}`
      const private_ = upstream('private', { targets: [target], denyPrivate: true })
      const gateway = await startGateway(t, { get: route({ method: 'GET', path: '/', upstream: private_, lifecycle }) }, {}, { log })
      const response = await fetch(gateway.url)
      t.is(response.status, 502)
      const text = await response.text()
      t.is(JSON.parse(text).code, 'UPSTREAM_UNREACHABLE')
      t.notRegex(text, /public internet/)
      t.is(up.requests.length, 0)
      t.regex(JSON.stringify(lines), /not an address of the public internet, and `denyPrivate` is set/)
    })

test.serial('of a name, only the public addresses are connected to', async (t) => {
  const { lookup } = dns
  t.teardown(() => Object.assign(dns, { lookup }))
  const answer = [
    { address: '10.0.0.1', family: 4 },
    { address: '198.41.0.4', family: 4 },
    { address: '2001:503:ba3e::2:30', family: 6 },
  ]
  Object.assign(dns, { lookup: (_name: string, _options: object, done: (error: null, addresses: unknown) => void) => done(null, answer) })
  const ask = (all: boolean) => new Promise((resolve) => lookupPublic('mixed.example', { all }, (error, ...rest) => resolve(error ?? rest)))
  t.deepEqual(await ask(true), [answer.slice(1)])
  t.deepEqual(await ask(false), ['198.41.0.4', 4])
  answer.length = 1
  t.regex(String(await ask(true)), /mixed\.example stands for 10\.0\.0\.1, which is not an address/)
})

test('denyPrivate holds for the addresses that a name server tells, too', async (t) => {
  const up = await startUpstream(t)
  const names = await startDns({ 'public.example': ['127.0.0.1'] })
  t.teardown(() => names.close())
  const targets = named('public.example', { port: Number(new URL(up.url).port), servers: [names.address] })
  const gateway = await startGateway(t, {
    get: route({ method: 'GET', path: '/', upstream: upstream('private', { targets, denyPrivate: true }) }),
  })
  t.is((await fetch(gateway.url)).status, 502)
  t.deepEqual(up.requests, [])
})
