import test from 'ava'
import fc from 'fast-check'
import { requestCaps } from 'gatewright'
import { findExcess, type JsonBounds } from '../../runtime/policies/json-shape.js'
import { requestCapsDefinition } from '../../sdk/policies/request-caps.js'
import { LANES } from '../helpers/start-gateway.js'
import { gatewayWith } from './edge-gateway.js'

const OPEN: JsonBounds = { depth: 1_000, keys: 1_000, items: 1_000, string: 1_000 }
const excess = (text: string, bounds: Partial<JsonBounds>) => findExcess(Buffer.from(text), { ...OPEN, ...bounds })

const cases: [string, Partial<JsonBounds>, boolean][] = [
  ['[[1]]', { depth: 2 }, true],
  ['[[[1]]]', { depth: 2 }, false],
  ['{"a":[{}]}', { depth: 2 }, false],
  ['{"a":1,"b":{"c":1,"d":2}}', { keys: 2 }, true],
  ['{"a":1,"b":2,"c":3}', { keys: 2 }, false],
  ['[1,[2,3],4]', { items: 3 }, true],
  ['[1,2,3,4]', { items: 3 }, false],
  ['[1,[2,3],[],{"a":1,"b":2},5]', { items: 4 }, false],
  ['["[{,:", "\\"[[["]', { depth: 1, items: 2 }, true],
  ['"abc"', { string: 3 }, true],
  ['"abcd"', { string: 3 }, false],
  ['{"abcd":1}', { string: 3 }, false],
  ['"\\\\"', { string: 2 }, true],
]
for (const [text, bounds, fits] of cases)
  test(`${text} ${fits ? 'fits' : 'exceeds'} ${JSON.stringify(bounds)}`, (t) => t.is(excess(text, bounds) === undefined, fits))

interface Shape {
  depth: number
  keys: number
  items: number
  string: number
}

const bytesOf = (text: string) => Buffer.byteLength(JSON.stringify(text)) - 2

/** The shape of a value, by walking it. */
function shapeOf(value: unknown): Shape {
  if (typeof value === 'string') return { depth: 0, keys: 0, items: 0, string: bytesOf(value) }
  if (typeof value !== 'object' || value === null) return { depth: 0, keys: 0, items: 0, string: 0 }
  const array = Array.isArray(value)
  const parts = Object.values(value).map(shapeOf)
  const most = (key: keyof Shape) => Math.max(0, ...parts.map((part) => part[key]))
  const own = Object.keys(value)
  return {
    depth: most('depth') + 1,
    keys: Math.max(most('keys'), array ? 0 : own.length),
    items: Math.max(most('items'), array ? own.length : 0),
    string: Math.max(most('string'), ...(array ? [] : own.map(bytesOf))),
  }
}

test('the bounds that a JSON text just fits are those of its value', (t) => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 5 }), fc.constantFrom('depth', 'keys', 'items', 'string'), (given, key) => {
      const value = JSON.parse(given) as unknown
      const text = JSON.stringify(value, undefined, 1)
      const shape = shapeOf(value)
      t.is(excess(text, shape), undefined, text)
      const least = key === 'items' ? 2 : 1
      if (shape[key] >= least) t.truthy(excess(text, { [key]: shape[key] - 1 }), text)
    }),
  )
})

test('neither json nor headers is refused at load', (t) => {
  t.is(requestCapsDefinition.options.safeParse({}).error?.issues[0]?.path[0], 'json')
})

const post = (url: string, body: string, headers = {}) =>
  fetch(url, { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } })

for (const lifecycle of LANES) {
  test(`${lifecycle}: a body within the bounds goes upstream unchanged, one beyond is answered 400`, async (t) => {
    const { gateway, up } = await gatewayWith(t, requestCaps({ json: { depth: 2 } }), { lifecycle })
    t.is((await post(gateway.url, '{ "a": [1] }')).status, 200)
    t.is(up.requests[0]?.body, '{ "a": [1] }')
    const refused = await post(gateway.url, '[[[]]]', { 'content-type': 'application/problem+json; charset=utf-8' })
    t.is(refused.status, 400)
    t.like(await refused.json(), { code: 'BODY_TOO_COMPLEX', detail: 'The body has parts nested deeper than 2.' })
    t.is((await post(gateway.url, '[[[]]]', { 'content-type': 'text/plain' })).status, 200)
    t.is((await post(gateway.url, '[]', { 'content-encoding': 'gzip' })).status, 415)
    t.is((await fetch(gateway.url)).status, 200)
    t.is(up.requests.length, 3)
  })

  test(`${lifecycle}: the header is bounded by lines and bytes`, async (t) => {
    const { gateway } = await gatewayWith(t, requestCaps({ headers: { count: 12, size: '512b' } }), { lifecycle })
    t.is((await fetch(gateway.url)).status, 200)
    const many = Object.fromEntries(Array.from({ length: 12 }, (_, index) => [`x-${index}`, 'a']))
    t.is((await fetch(gateway.url, { headers: many })).status, 431)
    t.is((await fetch(gateway.url, { headers: { 'x-long': 'a'.repeat(512) } })).status, 431)
  })
}
