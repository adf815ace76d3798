import dns from 'node:dns'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import test, { type ExecutionContext } from 'ava'
import { route, upstream } from 'gatewright'
import { fakeClock } from 'gatewright/testing'
import { startGateway } from '../helpers/start-gateway.js'

async function listen(t: ExecutionContext, address: string, port: number): Promise<Server> {
  const server = createServer(({ url }, res) => void setTimeout(() => res.end(address), url === '/slow' ? 200 : 0)).listen(port, address)
  t.teardown(() => server.close())
  await once(server, 'listening')
  return server
}

test.serial('where a name points elsewhere, requests follow within a minute, and those under way end in peace', async (t) => {
  const { port } = (await listen(t, '127.0.0.1', 0)).address() as AddressInfo
  await listen(t, '127.0.0.2', port)
  const { lookup } = dns
  t.teardown(() => Object.assign(dns, { lookup }))
  let address: string | undefined = '127.0.0.1'
  let answered: () => void = () => undefined
  Object.assign(dns, {
    lookup: (name: string, options: object, done: (error: Error | null, addresses: unknown) => void) => {
      if (name !== 'moving.example') return lookup(name, options, done as never)
      const answer = address
      return setImmediate(() => {
        if (answer === undefined) done(new Error('SERVFAIL'), [])
        else done(null, [{ address: answer, family: 4 }])
        answered()
      })
    },
  })
  const clock = fakeClock()
  const gateway = await startGateway(
    t,
    { get: route({ method: 'GET', path: '/{path*}', upstream: upstream('moving', { targets: [`http://moving.example:${port}`] }) }) },
    {},
    { clock },
  )
  const ask = async (path = '/') => (await fetch(gateway.url + path)).text()
  t.is(await ask(), '127.0.0.1')
  address = '127.0.0.2'
  clock.advance(20_000)
  t.is(await ask(), '127.0.0.1', 'the answer is still young')
  address = undefined
  clock.advance(41_000)
  t.is(await ask(), '127.0.0.1', 'without an answer the last good one stands')
  address = '127.0.0.2'
  clock.advance(31_000)
  const asked = new Promise<void>((resolve) => {
    answered = resolve
  })
  const slow = ask('/slow')
  await asked
  t.is(await ask(), '127.0.0.2')
  t.is(await slow, '127.0.0.1')
})
