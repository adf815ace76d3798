import test from 'ava'
import { discover, dns, route, upstream } from 'gatewright'
import { startDns } from '../../helpers/dns-server.js'
import { listFeed } from '../../helpers/list-feed.js'
import { startGateway } from '../../helpers/start-gateway.js'
import { pem, startTlsUpstream } from '../../helpers/tls-upstream.js'

const ca = pem('ca')

for (const http2 of [false, true]) {
  const version = http2 ? 'HTTP/2' : 'HTTP/1.1'

  test(`${version}: certificates of addresses that a name server tells are held to the name`, async (t) => {
    const up = await startTlsUpstream(t)
    const port = Number(new URL(up.url).port)
    // The name of the certificate, and one that it does not have.
    const names = await startDns({ localhost: ['127.0.0.1'], 'other.internal': ['127.0.0.1'] })
    t.teardown(() => names.close())
    const through = (name: string, host?: string) =>
      upstream(`by-${name}-${host}`, {
        targets: dns(name, { port, scheme: 'https', servers: [names.address], ...(host !== undefined && { host }) }),
        timeouts: { connect: '20s' },
        tls: { ca },
        http2,
        health: { type: 'tcp', interval: '10m', timeout: '20s' },
        start: { wait: '1s' },
      })
    const gateway = await startGateway(t, {
      well: route({ method: 'GET', path: '/well', upstream: through('localhost') }),
      named: route({ method: 'GET', path: '/named', upstream: through('other.internal', 'localhost') }),
      wrong: route({ method: 'GET', path: '/wrong', upstream: through('other.internal') }),
    })
    t.is((await fetch(`${gateway.url}/well`)).status, 200)
    t.is((await fetch(`${gateway.url}/named`)).status, 200)
    t.true((await fetch(`${gateway.url}/wrong`)).status >= 502)
    t.deepEqual(
      up.seen.map(({ servername, version: spoken, path }) => [servername, spoken, path]),
      [
        ['localhost', http2 ? '2.0' : '1.1', '/well'],
        ['localhost', http2 ? '2.0' : '1.1', '/named'],
      ],
    )
  })

  test(`${version}: a target that leaves while its first connection is opened answers the requests that wait for it`, async (t) => {
    const [first, second] = await Promise.all([startTlsUpstream(t), startTlsUpstream(t)])
    const feed = listFeed()
    void feed.push([first.url])
    const up = upstream('up', { targets: discover(feed.discover), tls: { ca }, http2, retry: false, timeouts: { connect: '20s' } })
    const gateway = await startGateway(t, { post: route({ method: 'POST', path: '/', upstream: up }) }, { admin: {} })
    const sent = Promise.all(Array.from({ length: 4 }, () => fetch(gateway.url, { method: 'POST' })))
    // They have been sent to a connection that is not there yet.
    const isUnderWay = async () => {
      const [{ targets }] = (await (await fetch(`${gateway.adminUrl}/upstreams`)).json()) as [{ targets: { active: number }[] }]
      return (targets[0]?.active ?? 0) > 0 || first.seen.length > 0
    }
    while (!(await isUnderWay()));
    await feed.push([second.url])
    t.deepEqual(
      (await sent).map(({ status }) => status),
      [200, 200, 200, 200],
    )
  })
}
