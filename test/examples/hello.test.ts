import { readFile } from 'node:fs/promises'
import test from 'ava'
import { freePorts } from '../helpers/free-ports.js'
import { runScript } from '../helpers/processes.js'

const CONFIG = 'examples/hello/gateway.config.ts'

test('the smallest gateway has at most twelve lines', async (t) => {
  const text = await readFile(new URL(`../../${CONFIG}`, import.meta.url), 'utf8')
  t.true(text.trimEnd().split('\n').length <= 12)
})

test('the greeter is reached through the gateway, and a path without a route is a problem', async (t) => {
  const [greeterPort, port, adminPort] = (await freePorts(3)) as [number, number, number]
  const greeter = runScript(t, 'examples/hello/greeter.ts', [], { PORT: String(greeterPort) })
  await greeter.shows('greeter: http')
  const gateway = runScript(
    t,
    'generator/cli/bin.ts',
    ['start', '--config', CONFIG, '--port', String(port), '--admin-port', String(adminPort)],
    { GREETER_URL: `http://127.0.0.1:${greeterPort}` },
  )
  await gateway.shows(String(port))
  const { code, output } = await runScript(t, 'examples/hello/requests.ts', [], { GATEWAY_URL: `http://127.0.0.1:${port}` }).ended
  t.is(code, 0, output)
  t.regex(output, /GET \/hello\/world → 200 \{"greeting":"Hello, world!"\}\n {2}x-request-id: \S{8,}/)
  t.regex(output, /GET \/goodbye → 404 .*"code":"NOT_FOUND"/)
})
