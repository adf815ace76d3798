import test from 'ava'
import { apiKey, type GatewayOptions, ip, rateLimit, route } from 'gatewright'
import { emitOpenApi } from 'gatewright/generator'
import { z } from 'zod'
import { anyUpstream, gatewayOf } from '../../helpers/document-of.js'

const Stamped = z.object({ id: z.uuid(), at: z.iso.datetime() }).meta({ id: 'Stamped' })

function resource(number: number): GatewayOptions['routes'] {
  const Thing = z
    .object({ name: z.string(), count: z.int().default(1), email: z.email(), stamped: Stamped, tags: z.array(z.string()) })
    .meta({ id: `Thing${number}` })
  const shared = { upstream: anyUpstream, auth: apiKey({ keys: [] }), use: { limit: rateLimit({ by: ip, limit: '5/s' }) } } as const
  const path = `/things${number}` as const
  const query = z.object({ limit: z.coerce.number().int().max(50).default(5), q: z.string().optional() })
  const params = z.object({ id: z.uuid() })
  return {
    list: route({ ...shared, method: 'GET', path, query, responses: { 200: z.array(Thing) } }),
    get: route({ ...shared, method: 'GET', path: `${path}/{id}`, params, responses: { 200: Thing, 404: 'problem' } }),
    create: route({ ...shared, method: 'POST', path, body: Thing, responses: { 201: Thing } }),
    replace: route({ ...shared, method: 'PUT', path: `${path}/{id}`, params, body: Thing, responses: { 200: Thing } }),
    remove: route({ ...shared, method: 'DELETE', path: `${path}/{id}`, params, responses: { 204: 'empty' } }),
  }
}

test('500 operations take at most 400 ms of CPU once warm', (t) => {
  const gateway = gatewayOf(Object.fromEntries(Array.from({ length: 100 }, (_, number) => [`things${number}`, resource(number)])))
  const runs = Array.from({ length: 8 }, () => {
    const before = process.cpuUsage()
    const { json } = emitOpenApi(gateway)
    const { user, system } = process.cpuUsage(before)
    t.is(json.match(/"operationId"/g)?.length, 500)
    return (user + system) / 1_000
  })
  t.log(`CPU in ms: ${runs.map((run) => run.toFixed(0)).join(' ')}`)
  t.true(Math.min(...runs) <= 400)
})
