import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join, resolve } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import test, { type ExecutionContext } from 'ava'
import { createProject } from './create-project.js'

const BIN = join(resolve(import.meta.dirname, '../..'), 'generator/cli/bin.ts')
const NODE = [process.execPath, `--import=${import.meta.resolve('tsx/esm')}`, '--conditions=@gatewright/source', BIN]
const START = [...NODE, 'start', '--host', '127.0.0.1', '--port', '0', '--admin-port', '0']

const config = (target: string) => `import { defineGateway, route, upstream } from 'gatewright'
const users = upstream('users', { targets: ['${target}'] })
export default defineGateway({
  info: { title: 'T', version: '1' },
  server: { preStop: '10ms', drain: '10s', limits: { connectionsPerIp: 10_000 } },
  log: { access: true },
  routes: { a: route({ method: 'GET', path: '/a', upstream: users }) },
})
`

/** A gateway as the command line starts it, from a shell that says where its output goes and what it may have. */
async function startFrom(t: ExecutionContext, shell: (command: string) => string) {
  const server: Server = createServer((_request, response) => response.end('ok')).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.close()
    server.closeAllConnections()
  })
  const cwd = await createProject(t, { 'gateway.config.ts': config(`http://127.0.0.1:${(server.address() as AddressInfo).port}`) })
  const child: ChildProcess = spawn('sh', ['-c', shell('exec "$@"'), 'sh', ...START], { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
  const exit = once(child, 'exit').then(([code, signal]) => (code ?? signal) as number | string)
  t.teardown(() => child.kill('SIGKILL'))
  let words = ''
  child.stderr?.setEncoding('utf8').on('data', (piece: string) => (words += piece))
  const found = (name: string) => new RegExp(`${name} +(http:\\S+)`).exec(words)?.[1]
  while (found('admin') === undefined) {
    if (child.exitCode !== null) throw new Error(`ended with ${child.exitCode}: ${words}`)
    await wait(20)
  }
  const url = found('gateway') as string
  const ask = async (times: number) => {
    const statuses = new Set<number>()
    for (let asked = 0; asked < times; asked++) {
      const response = await fetch(`${url}/a`)
      await response.text()
      statuses.add(response.status)
    }
    return [...statuses]
  }
  const dropped = async () =>
    Number(/^gatewright_log_lines_dropped_total (\d+)$/m.exec(await (await fetch(`${found('admin')}/metrics`)).text())?.[1] ?? 0)
  return { child, exit, url, ask, dropped }
}

async function until(t: ExecutionContext, holds: () => Promise<boolean>, what: string): Promise<void> {
  for (const deadline = Date.now() + 30_000; !(await holds()); await wait(50)) if (Date.now() > deadline) return t.fail(what)
}

test.serial('O-10: a log on a full disk costs no request, and what is lost is counted', async (t) => {
  const gateway = await startFrom(t, (command) => `${command} > /dev/full`)
  t.deepEqual(await gateway.ask(100), [200])
  await until(t, async () => (await gateway.dropped()) > 0, 'nothing was counted')
  t.deepEqual(await gateway.ask(100), [200])
  gateway.child.kill('SIGTERM')
  t.is(await gateway.exit, 0)
})
