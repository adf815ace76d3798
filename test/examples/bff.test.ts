import test from 'ava'
import { freePorts } from '../helpers/free-ports.js'
import { portsClose, runScript } from '../helpers/processes.js'

test('the home screen is shown whole, in part, and as a problem that names the part', async (t) => {
  const ports = await freePorts(4)
  const [gateway, profile, orders, picks] = ports.map(String) as [string, string, string, string]
  const env = { BFF_GATEWAY_PORT: gateway, BFF_PROFILE_PORT: profile, BFF_ORDERS_PORT: orders, BFF_PICKS_PORT: picks }
  const { code, output } = await runScript(t, 'examples/bff/main.ts', [], env).ended
  t.is(code, 0, output)
  t.regex(output, /everything: .*"customer":17.*"item":"Tea".*"picks":\["Scones","Jam"\]/)
  t.regex(output, /slow recommender: .*"picks":null,"errors":\[\{"part":"picks","code":"UPSTREAM_TIMED_OUT","status":504/)
  t.regex(output, /unknown: 502 .*"code":"UPSTREAM_INVALID_RESPONSE".*"part":"profile"/)
  t.true(await portsClose(ports, 5_000))
})
