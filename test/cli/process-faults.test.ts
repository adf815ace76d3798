import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import test from 'ava'
import { startFrom, until } from './start-from.js'

const config = (target: string) => `import { defineGateway, route, upstream } from 'gatewright'
const users = upstream('users', { targets: ['${target}'] })
export default defineGateway({
  info: { title: 'T', version: '1' },
  server: { preStop: '10ms', drain: '10s', limits: { connectionsPerIp: 10_000 } },
  log: { access: true },
  routes: { a: route({ method: 'GET', path: '/a', upstream: users }) },
})
`
/** Statuses that so many requests one after the other have. */
async function ask(url: string, times: number): Promise<number[]> {
  const statuses = new Set<number>()
  for (let asked = 0; asked < times; asked++) {
    const response = await fetch(`${url}/a`)
    await response.text()
    statuses.add(response.status)
  }
  return [...statuses]
}

test.serial('O-10: a log on a full disk costs no request, and what is lost is counted', async (t) => {
  const gateway = await startFrom(t, { config, shell: (command) => `${command} > /dev/full` })
  t.deepEqual(await ask(gateway.url, 100), [200])
  const dropped = () => gateway.metric(/^gatewright_log_lines_dropped_total (\d+)$/m)
  await until(t, async () => (await dropped()) > 0, 'nothing was counted')
  t.deepEqual(await ask(gateway.url, 100), [200])
  gateway.child.kill('SIGTERM')
  t.is(await gateway.exit, 0)
})

/** The status of a request on a connection of its own, which stays open; `undefined` where it was closed instead. */
function hold(url: string, sockets: Socket[]): Promise<number | undefined> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  sockets.push(socket)
  return new Promise((resolve) => {
    socket.setEncoding('latin1').on('data', (text: string) => resolve(Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1])))
    socket.on('error', () => resolve(undefined)).on('close', () => resolve(undefined))
    socket.write('GET /a HTTP/1.1\r\nHost: a\r\n\r\n')
  })
}

test.serial(
  'O-09: with few file descriptors as many connections are held as fit, idle ones make room, and what is served is served right',
  async (t) => {
    const gateway = await startFrom(t, { config, shell: (command) => `ulimit -n 128; ${command}` })
    const sockets: Socket[] = []
    t.teardown(() => {
      for (const socket of sockets) socket.destroy()
    })
    const statuses = await Promise.all(Array.from({ length: 300 }, () => hold(gateway.url, sockets)))
    const count = (status: number | undefined) => statuses.filter((one) => one === status).length
    t.true(count(200) >= 32, `${count(200)} were served`)
    t.is(count(200) + count(undefined), 300, JSON.stringify(statuses))
    t.true((await gateway.metric(/^gatewright_closed_connections_total\{reason="shed"\} (\d+)/m)) > 0)
    t.regex(gateway.logged(), /may have 128 files open \(ulimit -n\): 32 client connections are held, not 10000/)
    t.is(gateway.child.exitCode, null, gateway.words())
    for (const socket of sockets) socket.destroy()
    await Promise.all(sockets.map((socket) => socket.closed || once(socket, 'close')))
    await until(t, async () => (await ask(gateway.url, 1).catch(() => []))[0] === 200, 'it did not serve again')
    t.deepEqual(await ask(gateway.url, 100), [200])
    gateway.child.kill('SIGTERM')
    t.is(await gateway.exit, 0)
  },
)

const strayConfig = (target: string) => `import { defineGateway, route, upstream } from 'gatewright'
import { z } from 'zod'
const users = upstream('users', { targets: ['${target}'] })
const stray = { throws: () => { setTimeout(() => { throw new Error('stray') }) }, rejects: () => { Promise.reject(new Error('stray')) } }
const faulty = (kind: 'throws' | 'rejects') => route({
  method: 'GET', path: \`/\${kind}\`, upstream: users, responses: { 200: z.object({ ok: z.boolean() }) },
  mapResponse: { 200: (body) => { stray[kind](); return body as { ok: boolean } } },
})
export default defineGateway({
  info: { title: 'T', version: '1' },
  server: { preStop: '10ms', drain: '10s' },
  routes: { slow: route({ method: 'GET', path: '/slow', upstream: users }), throws: faulty('throws'), rejects: faulty('rejects') },
})
`

for (const [kind, words] of [
  ['throws', 'an error that nobody caught: Error: stray'],
  ['rejects', 'a rejection that nobody handled: Error: stray'],
] as const)
  test.serial(
    `O-08: code of the config that ${kind} past every handler costs no request: what is in flight is answered, then it ends with 2`,
    async (t) => {
      let answerSlow: (() => void) | undefined
      const gateway = await startFrom(t, {
        config: strayConfig,
        answer: (request, response) => {
          const answer = () => void response.setHeader('content-type', 'application/json').end('{"ok":true}')
          if (request.url === '/slow') answerSlow = answer
          else answer()
        },
      })
      const slow = fetch(`${gateway.url}/slow`)
      await until(t, () => answerSlow !== undefined, 'the slow request did not arrive')
      t.is((await fetch(`${gateway.url}/${kind}`)).status, 200)
      await until(t, () => gateway.words().includes('stopping after requests in flight, with exit code 2'), gateway.words())
      t.true(gateway.words().includes(words), gateway.words())
      answerSlow?.()
      t.is((await slow).status, 200)
      t.is(await gateway.exit, 2)
    },
  )
