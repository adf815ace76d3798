import dns from 'node:dns'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import test, { type ExecutionContext } from 'ava'
import { route, upstream } from 'gatewright'
import { startGateway } from '../helpers/start-gateway.js'

async function listen(t: ExecutionContext, address: string, port: number): Promise<Server> {
  const server = createServer((_req, res) => void res.end(address)).listen(port, address)
  t.teardown(() => server.close())
  await once(server, 'listening')
  return server
}

test.serial('a busy connection is given up after a minute, and the next one goes to where the name points by then', async (t) => {
  const { port } = (await listen(t, '127.0.0.1', 0)).address() as AddressInfo
  await listen(t, '127.0.0.2', port)
  const { lookup } = dns
  const { now } = Date
  t.teardown(() => {
    Object.assign(dns, { lookup })
    Object.assign(Date, { now })
  })
  let address = '127.0.0.1'
  Object.assign(dns, {
    lookup: (name: string, options: object, done: (error: Error | null, addresses: unknown) => void) =>
      name === 'moving.example' ? done(null, [{ address, family: 4 }]) : lookup(name, options, done as never),
  })
  const gateway = await startGateway(t, {
    get: route({ method: 'GET', path: '/', upstream: upstream('moving', { targets: [`http://moving.example:${port}`] }) }),
  })
  const ask = async () => (await fetch(gateway.url)).text()
  t.is(await ask(), '127.0.0.1')
  address = '127.0.0.2'
  t.is(await ask(), '127.0.0.1', 'the kept-alive connection is used')
  Object.assign(Date, { now: () => now() + 61_000 })
  t.is(await ask(), '127.0.0.2')
})
