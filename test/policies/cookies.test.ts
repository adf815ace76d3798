import test from 'ava'
import { cookies, route, upstream } from 'gatewright'
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
