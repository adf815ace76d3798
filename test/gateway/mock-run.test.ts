import test from 'ava'
import { defineGateway, route, upstream } from 'gatewright'
import { createGateway } from 'gatewright/runtime'
import { z } from 'zod'
import { LANES, startUpstream } from '../helpers/start-gateway.js'

const User = z.object({ id: z.uuid(), name: z.string() })

for (const lifecycle of LANES)
  test(`${lifecycle}: a mocked gateway answers every route without its upstream, and validates as ever`, async (t) => {
    const up = await startUpstream(t)
    const unused = upstream('unused', { targets: [up.url], health: { path: '/healthz', interval: '100ms' } })
    const config = (path: `/${string}`) =>
      defineGateway({
        info: { title: 'Test', version: '1.0.0' },
        admin: false,
        log: { level: 'silent' },
        lifecycle,
        routes: {
          user: route({
            method: 'GET',
            path: `${path}/{id}`,
            upstream: unused,
            params: z.object({ id: z.uuid() }),
            responses: { 200: User },
          }),
        },
      })
    const gateway = createGateway(config('/users'), { host: '127.0.0.1', port: 0, mock: true })
    await gateway.start()
    t.teardown(() => gateway.stop({ now: true }))
    const id = '0b8b8a4e-6f3e-4c0c-9a39-4c2f1b9e7a10'
    const answer = await fetch(`${gateway.url}/users/${id}`)
    t.is(answer.status, 200)
    t.true(User.safeParse(await answer.json()).success)
    t.is((await fetch(`${gateway.url}/users/1`)).status, 400)
    await gateway.reload(config('/people'))
    t.is((await fetch(`${gateway.url}/people/${id}`)).status, 200)
    t.is(up.requests.length, 0)
  })
