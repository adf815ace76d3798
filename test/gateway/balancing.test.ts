import test from 'ava'
import { cookie, header, param, route, upstream } from 'gatewright'
import { z } from 'zod'
import { LANES, startGateway, startUpstream } from '../helpers/start-gateway.js'

for (const lifecycle of LANES) {
  test(`${lifecycle}: a client stays with the target that its cookie names, and the cookie ends at the gateway`, async (t) => {
    const seen: (string | undefined)[] = []
    const targets = await Promise.all(
      ['a', 'b'].map((name) =>
        startUpstream(t, (req, res) => {
          seen.push(req.headers.cookie)
          res.end(name)
        }),
      ),
    )
    const sticky = upstream('app', { targets: targets.map(({ url }) => url), sticky: { cookie: 'gw_affinity', maxAge: '1h' } })
    const gateway = await startGateway(t, { get: route({ method: 'GET', path: '/', upstream: sticky, lifecycle }) })
    const first = await fetch(gateway.url)
    const name = await first.text()
    const set = first.headers.get('set-cookie') as string
    t.regex(set, /^gw_affinity=[\w-]{22}; Max-Age=3600; Path=\/; HttpOnly; Secure; SameSite=Lax$/)
    const cookie = `one=1; ${set.split(';', 1)[0]}; two=2`
    for (let times = 0; times < 4; times++) {
      const response = await fetch(gateway.url, { headers: { cookie } })
      t.is(await response.text(), name)
      t.is(response.headers.get('set-cookie'), null)
    }
    t.deepEqual(seen, [undefined, ...Array(4).fill('one=1; two=2')])
    await targets[['a', 'b'].indexOf(name)]?.close()
    const moved = await fetch(gateway.url, { headers: { cookie } })
    t.not(await moved.text(), name)
    t.regex(moved.headers.get('set-cookie') as string, /^gw_affinity=/)
  })

  test(`${lifecycle}: one key goes to one target, whatever it is made from`, async (t) => {
    const targets = await Promise.all(['a', 'b', 'c'].map((name) => startUpstream(t, (_req, res) => void res.end(name))))
    const hashed = upstream('app', { targets: targets.map(({ url }) => url), balance: 'consistent-hash' })
    const gateway = await startGateway(t, {
      tenant: route({ method: 'GET', path: '/by-header', upstream: hashed, affinity: header('X-Tenant'), lifecycle }),
      cart: route({ method: 'GET', path: '/by-cookie', upstream: hashed, affinity: cookie('cart'), lifecycle }),
      declared: route({
        ...{ method: 'GET', path: '/declared', upstream: hashed, lifecycle },
        cookies: z.object({ cart: z.string().transform((text) => `k${text}`) }),
        affinity: cookie('cart'),
      }),
      user: route({ method: 'GET', path: '/users/{id}', upstream: hashed, affinity: param('id'), lifecycle }),
    })
    const ask = async (path: string, tenant = '') =>
      (await fetch(gateway.url + path, tenant === '' ? {} : { headers: { 'x-tenant': tenant } })).text()
    const names = new Set<string>()
    for (let key = 0; key < 12; key++) {
      const name = await ask('/by-header', `k${key}`)
      names.add(name)
      t.is(await ask('/by-header', `k${key}`), name)
      t.is(await ask(`/users/k${key}`), name)
      t.is(await (await fetch(`${gateway.url}/by-cookie`, { headers: { cookie: `a=b; cart=k${key}` } })).text(), name)
      t.is(await (await fetch(`${gateway.url}/declared`, { headers: { cookie: `cart=${key}` } })).text(), name, 'as the schema yields it')
    }
    t.true(names.size > 1)
  })
}

test('a subset’s header chooses the targets, and 503 where there are none', async (t) => {
  const [a, b] = await Promise.all(['a', 'b'].map((name) => startUpstream(t, (_req, res) => void res.end(name))))
  const sharded = upstream('app', {
    targets: [
      { url: a?.url as string, labels: { shard: 'a' } },
      { url: b?.url as string, labels: { shard: 'b' } },
    ],
    subset: { header: 'x-shard', label: 'shard' },
  })
  const gateway = await startGateway(t, { get: route({ method: 'GET', path: '/', upstream: sharded }) })
  for (const shard of ['a', 'b', 'a']) t.is(await (await fetch(gateway.url, { headers: { 'x-shard': shard } })).text(), shard)
  const refused = await fetch(gateway.url, { headers: { 'x-shard': 'c' } })
  t.is(refused.status, 503)
  t.is(((await refused.json()) as { code: string }).code, 'NO_HEALTHY_TARGET')
})
