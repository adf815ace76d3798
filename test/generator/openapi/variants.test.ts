import test from 'ava'
import { resolveGateway } from 'gatewright'
import { emitOpenApi } from 'gatewright/generator'
import { shopGateway } from './cases/shop.js'

const gateway = resolveGateway(shopGateway)
const operations = (document: any): any[] => Object.values<object>(document.paths).flatMap((item) => Object.values(item))

test('the public document has no upstream, target, secret, policy key or internal route in it', (t) => {
  const { json, yaml } = emitOpenApi(gateway)
  for (const word of [
    'catalogue-backend',
    'sales-backend',
    '10.1.2.',
    'not-for-anyone',
    'x-gateway',
    '/staff',
    'replaceProduct',
    'x-staff-key',
    'flood',
  ]) {
    t.false(json.includes(word), word)
    t.false(yaml.includes(word), word)
  }
})

test('the internal document has the internal routes, and no target or secret', (t) => {
  const { json, document } = emitOpenApi(gateway, { variant: 'internal' })
  t.truthy(document.paths?.['/staff/products/{id}'])
  for (const word of ['10.1.2.', 'not-for-anyone']) t.false(json.includes(word), word)
})

test('the internal document says of each operation where it goes and what runs', (t) => {
  const { document } = emitOpenApi(gateway, { variant: 'internal' })
  const byId = new Map(operations(document).map((operation) => [operation.operationId, operation['x-gateway']]))
  t.deepEqual(byId.get('orders.place'), {
    upstream: 'sales-backend',
    policies: [
      { kind: 'jwt', name: 'auth' },
      { kind: 'cors', name: 'cors' },
      { kind: 'rate-limit', name: 'flood' },
      { kind: 'rate-limit', name: 'limit' },
    ],
    timeoutMs: 20_000,
  })
  t.is(byId.get('products.list').timeoutMs, 30_000)
  t.false([...byId.values()].includes(undefined))
})

test('tags of internal routes and tags that nothing uses are not published', (t) => {
  const tagsOf = (variant: 'public' | 'internal') => emitOpenApi(gateway, { variant }).document.tags?.map(({ name }) => name)
  t.deepEqual(tagsOf('public'), ['orders', 'products'])
  t.deepEqual(tagsOf('internal'), ['orders', 'products', 'staff'])
})

test('schemas that only internal routes use are not published', (t) => {
  const names = (variant: 'public' | 'internal') => Object.keys(emitOpenApi(gateway, { variant }).document.components?.schemas ?? {})
  t.true(names('internal').includes('Product'))
  t.deepEqual(
    names('public').filter((name) => name.startsWith('Product')),
    ['Product'],
  )
})
