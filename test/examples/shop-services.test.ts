import { connect } from 'node:net'
import { inflateSync } from 'node:zlib'
import test, { type ExecutionContext } from 'ava'
import { createLocalJWKSet, jwtVerify } from 'jose'
import { PRODUCTS, STOCK } from '../../examples/shop/data/products.js'
import { createAccounts } from '../../examples/shop/services/accounts.js'
import { createCatalog } from '../../examples/shop/services/catalog.js'
import { listen } from '../../examples/shop/services/http-service.js'
import { createIssuer } from '../../examples/shop/services/issuer.js'
import { createOrders } from '../../examples/shop/services/orders.js'

type Service = ReturnType<typeof createCatalog>

async function started(t: ExecutionContext, service: Service): Promise<string> {
  const port = await listen(service, 0)
  t.teardown(() => {
    service.closeAllConnections()
    return new Promise<void>((resolve) => service.close(() => resolve()))
  })
  return `http://127.0.0.1:${port}`
}

async function call(url: string, method = 'GET', body?: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(url, { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) })
  const text = await response.text()
  return { status: response.status, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) }
}

const shipTo = { name: 'Ken', street: 'Kaistraße 1', city: 'Kiel', postcode: '24103', country: 'DE' }
const order = (quantity: number, sku = 'BRW-3003') => ({ customer: 'C-1002', lines: [{ sku, quantity }], shipTo, priority: false })

test('the catalog filters by category, words and price, and pages through the rest', async (t) => {
  const base = await started(t, createCatalog('catalog-7'))
  const teas = await call(`${base}/products?category=tea&size=4&page=2`)
  t.deepEqual(
    teas.body.items.map((item: { sku: string }) => item.sku),
    ['TEA-2005', 'TEA-2006'],
  )
  t.is(teas.body.total, 6)
  t.is(teas.headers.get('x-served-by'), 'catalog-7')
  const cheap = await call(`${base}/products?search=TEA&maxPrice=1000`)
  t.deepEqual(
    cheap.body.items.map((item: { sku: string }) => item.sku),
    PRODUCTS.filter((p) => /tea/i.test(p.name + p.description) && p.price.amount <= 1000).map((p) => p.sku),
  )
})

test('the catalog answers nonsense with a problem: bad search, unknown product, unknown page, bad encoding, writing', async (t) => {
  const base = await started(t, createCatalog('catalog'))
  const outcomes = [
    await call(`${base}/products?category=cars`),
    await call(`${base}/products/COF-9999`),
    await call(`${base}/prices`),
    await call(`${base}/products/%E0%A4%A`),
    await call(`${base}/products`, 'DELETE'),
  ]
  t.deepEqual(
    outcomes.map(({ status, body }) => [status, body.code]),
    [
      [400, 'BAD_SEARCH'],
      [404, 'NO_SUCH_PRODUCT'],
      [404, 'NO_SUCH_PAGE'],
      [400, 'BAD_PATH'],
      [405, 'READ_ONLY'],
    ],
  )
  t.true(outcomes.every(({ headers }) => headers.get('content-type') === 'application/problem+json'))
})

test('a product picture is a PNG whose pixels decode, differs by product, and is not sent twice', async (t) => {
  const base = await started(t, createCatalog('catalog'))
  const response = await fetch(`${base}/products/COF-1001/image`)
  const png = Buffer.from(await response.arrayBuffer())
  t.is(response.headers.get('content-type'), 'image/png')
  t.is(png.subarray(1, 4).toString('latin1'), 'PNG')
  const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)]
  const length = png.readUInt32BE(33)
  t.is(png.subarray(37, 41).toString('latin1'), 'IDAT')
  t.is(inflateSync(png.subarray(41, 41 + length)).length, height * (1 + 3 * width))
  const other = Buffer.from(await (await fetch(`${base}/products/COF-1002/image`)).arrayBuffer())
  t.notDeepEqual(other, png)
  const again = await fetch(`${base}/products/COF-1001/image`, { headers: { 'if-none-match': response.headers.get('etag') as string } })
  t.is(again.status, 304)
})

test('an order takes from the stock once, is priced by the shop, and is seen by its customer alone', async (t) => {
  const base = await started(t, createOrders('orders'))
  const placed = await call(`${base}/orders`, 'POST', order(2))
  t.is(placed.status, 201)
  t.is(placed.headers.get('location'), `/orders/${placed.body.id}`)
  t.is(placed.body.totalCents, 2 * 8900)
  const left = (await call(`${base}/stock`)).body.items.find((item: { sku: string }) => item.sku === 'BRW-3003')
  t.is(left.onHand, (STOCK['BRW-3003'] as number) - 2)
  const mine = await call(`${base}/orders/${placed.body.id}`, 'GET', undefined, { 'x-customer-id': 'C-1002' })
  t.is(mine.body.id, placed.body.id)
  const theirs = await call(`${base}/orders/${placed.body.id}`, 'GET', undefined, { 'x-customer-id': 'C-1001' })
  t.is(theirs.status, 404)
  const list = await call(`${base}/orders`, 'GET', undefined, { 'x-customer-id': 'C-1002' })
  t.is(list.body.items.length, 1)
})

test('an order that cannot be filled changes nothing, also when one product is split over two lines', async (t) => {
  const base = await started(t, createOrders('orders'))
  const twice = { ...order(2), lines: [...order(2).lines, ...order(2).lines] }
  const refused = await call(`${base}/orders`, 'POST', twice)
  t.is(refused.status, 409)
  t.deepEqual(refused.body.short, [{ sku: 'BRW-3003', wanted: 4, onHand: 3 }])
  t.is((await call(`${base}/orders`, 'POST', order(1, 'COF-9999'))).status, 422)
  t.is((await call(`${base}/orders`, 'POST', { lines: [] })).status, 400)
  t.is((await call(`${base}/orders`)).status, 401)
  t.is((await call(`${base}/orders`, 'POST', order(3))).status, 201)
})

test('a body that is not JSON, or larger than the service takes, is refused', async (t) => {
  const base = await started(t, createOrders('orders'))
  const broken = await fetch(`${base}/orders`, { method: 'POST', body: '{"customer":' })
  t.is(broken.status, 400)
  const large = await fetch(`${base}/orders`, { method: 'POST', body: JSON.stringify({ customer: 'x'.repeat(70_000) }) })
  t.is(large.status, 413)
})

test('the customer system speaks its own language, errors included', async (t) => {
  const base = await started(t, createAccounts('accounts'))
  const ken = await call(`${base}/custsys/cust`, 'GET', undefined, { 'x-customer-id': 'C-1002' })
  t.like(ken.body, { RC: 'OK', CUST: { CUST_NO: 'C-1002', STAT_CD: 'A' } })
  const changed = await call(`${base}/custsys/cust/C-1002`, 'PATCH', { E_MAIL: 'ken@example.com' })
  t.like(changed.body.CUST, { E_MAIL: 'ken@example.com', FULL_NAME: 'Ken Okafor' })
  const missing = await call(`${base}/custsys/cust/C-9999`)
  t.deepEqual([missing.status, missing.body], [404, { RC: 'NOK', ERR_NO: 17, ERR_TXT: 'CUST C-9999 NOT ON FILE' }])
  t.is((await call(`${base}/custsys/cust/C-1003`, 'PATCH', { FULL_NAME: 'Z' })).status, 409)
  t.is((await call(`${base}/custsys/cust/C-1002`, 'PATCH', { E_MAIL: 'nobody' })).status, 400)
})

test('the issuer signs tokens that its own key set verifies, and refuses a wrong password', async (t) => {
  const base = await started(t, await createIssuer('issuer', 'http://issuer.test/'))
  const token = await call(`${base}/token`, 'POST', { user: 'ken', password: 'ken-demo', expiresIn: 60 })
  t.is(token.headers.get('cache-control'), 'no-store')
  const keys = createLocalJWKSet((await call(`${base}/.well-known/jwks.json`)).body)
  const { payload } = await jwtVerify(token.body.access_token, keys, { issuer: 'http://issuer.test/', audience: 'shop' })
  t.like(payload, { sub: 'C-1002', plan: 'pro' })
  t.is((payload.exp as number) - (payload.iat as number), 60)
  t.is((await call(`${base}/token`, 'POST', { user: 'ken', password: 'mia-demo' })).status, 401)
  t.is((await call(`${base}/token`, 'POST', { user: 'toString', password: 'x' })).status, 401)
  t.is((await call(`${base}/token`, 'POST', { user: 'ken' })).status, 400)
})

test('a service says that it is healthy, and a client that goes away in the middle of a body does not stop it', async (t) => {
  const base = await started(t, createOrders('orders'))
  const socket = connect(Number(new URL(base).port), '127.0.0.1')
  socket.on('error', () => undefined)
  await new Promise<void>((resolve) => socket.write('POST /orders HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{', () => resolve()))
  socket.destroy()
  t.deepEqual((await call(`${base}/healthz`)).body, { status: 'ok', service: 'orders' })
})
