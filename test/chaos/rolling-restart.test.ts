import { setTimeout as wait } from 'node:timers/promises'
import test from 'ava'
import { route, upstream } from 'gatewright'
import { LANES, startGateway } from '../helpers/start-gateway.js'
import { runLoad } from './load.js'
import { RestartingTarget } from './restarting-target.js'

for (const lifecycle of LANES)
  for (const kill of [false, true])
    test.serial(
      `${lifecycle}: a restart of every target in turn${kill ? ', by a crash,' : ''} under load loses no idempotent request`,
      async (t) => {
        const targets = await Promise.all([1, 2, 3].map(() => new RestartingTarget().start()))
        t.teardown(() => Promise.all(targets.map((target) => target.stop(true))))
        const up = upstream('up', { targets: targets.map(({ url }) => url), retry: {} })
        const gateway = await startGateway(t, { get: route({ method: 'GET', path: '/', upstream: up, lifecycle }) })
        let restarting = true
        const load = runLoad(gateway.url, 10, () => restarting)
        for (const target of targets) {
          await wait(50)
          await target.restart(kill)
        }
        await wait(50)
        restarting = false
        const { requests, failed } = await load
        t.true(requests > 10, `${requests}`)
        t.is(failed, 0, `of ${requests}`)
        t.true(targets.every((target) => target.requests > 0))
      },
    )
