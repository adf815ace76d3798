import test from 'ava'
import { mock } from 'gatewright'
import { z } from 'zod'
import { createRandom } from '../../runtime/mock/random.js'
import { Sampler, type SampleSchema } from '../../runtime/mock/sample-value.js'
import { LANES } from '../helpers/start-gateway.js'
import { gatewayWith } from './edge-gateway.js'

interface Tree {
  readonly name: string
  readonly children: readonly Tree[]
}
const Tree: z.ZodType<Tree> = z.object({
  name: z.string(),
  get children() {
    return z.array(Tree)
  },
})

const schemas: Record<string, z.ZodType> = {
  texts: z.object({ a: z.string(), b: z.string().min(20), c: z.string().max(2), d: z.string().length(7) }),
  formats: z.object({
    uuid: z.uuid(),
    email: z.email(),
    url: z.url(),
    instant: z.iso.datetime(),
    date: z.iso.date(),
    duration: z.iso.duration(),
    v4: z.ipv4(),
    v6: z.ipv6(),
  }),
  numbers: z.object({
    int: z.int(),
    small: z.int().min(3).max(4),
    below: z.number().max(-5),
    open: z.number().gt(0).lt(1),
    step: z.int().multipleOf(5).min(7),
    positive: z.number().positive(),
  }),
  choices: z.object({
    one: z.enum(['a', 'b']),
    literal: z.literal('x'),
    either: z.union([z.string(), z.number()]),
    none: z.null(),
    maybe: z.string().nullable(),
    kind: z.discriminatedUnion('kind', [z.object({ kind: z.literal('a'), a: z.int() }), z.object({ kind: z.literal('b'), b: z.int() })]),
  }),
  containers: z.object({
    list: z.array(z.int()).min(3),
    few: z.array(z.int()).max(1),
    pair: z.tuple([z.string(), z.boolean()]),
    map: z.record(z.string(), z.int()),
    both: z.object({ a: z.int() }).and(z.object({ b: z.int() })),
  }),
  tree: Tree,
}
for (const [name, schema] of Object.entries(schemas))
  test(`made-up values match their schema: ${name}`, (t) => {
    const given = z.toJSONSchema(schema) as SampleSchema
    for (let seed = 0; seed < 200; seed++) {
      const value = new Sampler(given, createRandom(seed)).sample()
      const { error } = schema.safeParse(value)
      t.is(error, undefined, `${JSON.stringify(value)} ${error?.message}`)
    }
  })

const User = z.object({ id: z.uuid(), name: z.string() })
const Known = User.meta({
  examples: [
    { id: '0b8b8a4e-6f3e-4c0c-9a39-4c2f1b9e7a10', name: 'first' },
    { id: '0b8b8a4e-6f3e-4c0c-9a39-4c2f1b9e7a11', name: 'second' },
  ],
})

for (const lifecycle of LANES) {
  test(`${lifecycle}: answers from the schema, always the same for one request and seed, without the upstream`, async (t) => {
    const responses = { 404: 'problem', 200: User } as const
    const { gateway, up } = await gatewayWith(t, mock(), { lifecycle, route: { responses } })
    const get = async (path: string) => User.parse(await (await fetch(gateway.url + path)).json())
    t.deepEqual(await get('/a'), await get('/a'))
    t.notDeepEqual(await get('/a'), await get('/b'))
    t.is(up.requests.length, 0)
    const other = await gatewayWith(t, mock({ seed: 2 }), { lifecycle, route: { responses } })
    t.notDeepEqual(await get('/a'), await (await fetch(`${other.gateway.url}/a`)).json())
  })

  test(`${lifecycle}: the caller chooses among declared statuses and examples`, async (t) => {
    const responses = { 200: Known, 204: 'empty', 404: 'problem', 415: 'text' } as const
    const { gateway } = await gatewayWith(t, mock(), { lifecycle, route: { responses } })
    const ask = (prefer?: string) => fetch(gateway.url, prefer === undefined ? {} : { headers: { prefer } })
    t.like(await (await ask()).json(), { name: 'first' })
    const second = await ask('respond-async, example=2')
    t.like(await second.json(), { name: 'second' })
    t.is(second.headers.get('preference-applied'), 'example=2')
    const missing = await ask('code=404')
    t.is(missing.status, 404)
    t.is(missing.headers.get('preference-applied'), 'code=404')
    t.like(await missing.json(), { code: 'NOT_FOUND' })
    t.is((await ask('code=204')).status, 204)
    t.is((await ask('code="415"')).status, 415)
    const unknown = await ask('code=500, example=3')
    t.is(unknown.status, 200)
    t.is(unknown.headers.get('preference-applied'), null)
  })

  test(`${lifecycle}: a chosen status, and none at all`, async (t) => {
    const chosen = await gatewayWith(t, mock({ status: 202, delay: '5ms' }), { lifecycle, route: { responses: { 200: User, 202: User } } })
    t.is((await fetch(chosen.gateway.url)).status, 202)
    t.is((await fetch((await gatewayWith(t, mock(), { lifecycle })).gateway.url)).status, 204)
  })
}
