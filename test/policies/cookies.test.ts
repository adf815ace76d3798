import test from 'ava'
import { cookies, forwardAuth, headers, route, upstream } from 'gatewright'
import { cookiesDefinition } from '../../sdk/policies/cookies.js'
import { LANES, startGateway, startUpstream } from '../helpers/start-gateway.js'

const SET = ['sid=1; Path=/internal; domain=shop.internal; SameSite=None', 'trace=2', '__Host-x=3; Path=/; Secure', 'plain=a=b;;HttpOnly']

for (const lifecycle of LANES) {
  test(`${lifecycle}: cookies are chosen on the way in and edited on the way out`, async (t) => {
    const up = await startUpstream(t, (_req, res) => res.writeHead(200, { 'set-cookie': SET, 'x-other': 'kept' }).end('ok'))
    const to = { method: 'GET', upstream: upstream('up', { targets: [up.url] }), lifecycle } as const
    const gateway = await startGateway(t, {
      keep: route({ ...to, path: '/keep', use: { c: cookies({ request: { keep: ['a', 'c'], remove: ['c'] } }) } }),
      remove: route({ ...to, path: '/remove', use: { c: cookies({ request: { remove: ['b'] } }) } }),
      edit: route({
        ...to,
        path: '/edit',
        use: {
          c: cookies({ response: { remove: ['trace'], path: '/shop', domain: false, secure: true, httpOnly: true, sameSite: 'lax' } }),
        },
      }),
      move: route({ ...to, path: '/move', use: { c: cookies({ response: { domain: 'shop.example.org' } }) } }),
    })
    const get = async (path: string, cookie = 'a=1; b="2"; c=3') => {
      const response = await fetch(gateway.url + path, { headers: { cookie } })
      t.is(response.headers.get('x-other'), 'kept')
      return { sent: up.requests.at(-1)?.headers.cookie, set: response.headers.getSetCookie() }
    }
    t.deepEqual(await get('/keep'), { sent: 'a=1', set: SET })
    t.is((await get('/keep', 'b=1')).sent, undefined)
    t.is((await get('/remove')).sent, 'a=1; c=3')
    t.deepEqual((await get('/edit')).set, [
      'sid=1; Path=/shop; Secure; HttpOnly; SameSite=Lax',
      '__Host-x=3; Path=/; Secure; HttpOnly; SameSite=Lax',
      'plain=a=b; Path=/shop; Secure; HttpOnly; SameSite=Lax',
    ])
    t.is((await get('/move')).set[0], 'sid=1; Path=/internal; SameSite=None; Domain=shop.example.org')
  })
}

for (const lifecycle of LANES) {
  test(`${lifecycle}: a cookie that an auth or another policy took away stays away`, async (t) => {
    const up = await startUpstream(t)
    const to = { method: 'GET', upstream: upstream('up', { targets: [up.url] }), lifecycle } as const
    const trim = cookies({ request: { remove: ['trace'] } })
    const gateway = await startGateway(t, {
      auth: route({ ...to, path: '/auth', auth: forwardAuth({ url: up.url, headers: ['cookie'] }), use: { trim } }),
      removed: route({ ...to, path: '/removed', use: { all: headers({ request: { remove: ['cookie'] } }), trim } }),
      set: route({ ...to, path: '/set', use: { own: headers({ request: { set: { cookie: 'own=1; trace=2' } } }), trim } }),
      twice: route({ ...to, path: '/twice', use: { first: cookies({ request: { remove: ['sid'] } }), trim } }),
    })
    const sent = async (path: string) => {
      t.is((await fetch(gateway.url + path, { headers: { cookie: 'sid=1; trace=2; c=3' } })).status, 200)
      return up.requests.findLast(({ url }) => url === path)?.headers.cookie
    }
    t.is(await sent('/auth'), undefined)
    t.is(await sent('/removed'), undefined)
    t.is(await sent('/set'), 'own=1')
    t.is(await sent('/twice'), 'c=3')
  })

  test(`${lifecycle}: several policies edit a cookie one after the other`, async (t) => {
    const up = await startUpstream(t, (_req, res) => res.writeHead(200, { 'set-cookie': ['sid=1', 'trace=2'] }).end())
    const gateway = await startGateway(t, {
      all: route({
        method: 'GET',
        path: '/all',
        upstream: upstream('up', { targets: [up.url] }),
        lifecycle,
        use: {
          safe: cookies({ response: { secure: true, remove: ['trace'] } }),
          site: cookies({ response: { sameSite: 'lax' } }),
        },
      }),
    })
    t.deepEqual((await fetch(`${gateway.url}/all`)).headers.getSetCookie(), ['sid=1; SameSite=Lax; Secure'])
  })
}

const refused: readonly object[] = [
  { response: { sameSite: 'none' } },
  { response: { path: '/a; Domain=x' } },
  { response: { path: 'a' } },
  { request: { keep: ['a=b'] } },
  { surplus: 1 },
]
for (const options of refused)
  test(`${JSON.stringify(options)} is refused at load`, (t) => {
    t.false(cookiesDefinition.options.safeParse(options).success)
  })
