import { sayCounts } from './ledger.js'
import { headersOf, type Stage } from './stage.js'

const PNG = '89504e470d0a1a0a'

/** Looks around without an account: search, filters, one product, its picture, and what the gateway says to nonsense. */
export async function browse({ shop, story, ledger, anonymous }: Stage): Promise<void> {
  story.chapter('Browsing, as anyone')
  const everything = await anonymous.catalog.list({ query: { size: 100 } }).unwrap()
  story.say(`GET /products → ${everything.total} products, the first is “${everything.items[0]?.name}”`)
  for (let page = 1; page <= 6; page += 1) await anonymous.catalog.list({ query: { page, size: 4 } }).unwrap()
  const served = ledger.served()
  story.check(Object.keys(served).length === 2, `both instances of the catalog answered: ${sayCounts(served)}`, served)

  const teas = await anonymous.catalog.list({ query: { category: 'tea', maxPrice: 1200 } }).unwrap()
  const fits = teas.items.every(({ category, price }) => category === 'tea' && price.amount <= 1200)
  story.check(fits && teas.total === 3, `teas up to 12.00 EUR: ${teas.items.map(({ name }) => name).join('; ')}`, teas)
  const smoky = await anonymous.catalog.list({ query: { search: 'pinewood' } }).unwrap()
  story.check(smoky.items[0]?.sku === 'TEA-2006' && smoky.total === 1, 'a search for “pinewood” finds the Lapsang alone', smoky)

  const grinder = await anonymous.catalog.get({ params: { sku: 'BRW-3003' } }).unwrap()
  story.check(grinder.price.amount === 8900, `${grinder.name} costs ${grinder.price.amount / 100} ${grinder.price.currency}`, grinder)
  const picture = await anonymous.catalog.image({ params: { sku: 'BRW-3003' } })
  const bytes = picture.ok ? Buffer.from(await picture.data.arrayBuffer()) : Buffer.alloc(0)
  const headers = headersOf(picture)
  const whole = bytes.length === Number(headers.get('content-length')) && bytes.subarray(0, 8).toString('hex') === PNG
  story.check(whole && headers.get('content-type') === 'image/png', `its picture is a PNG of ${bytes.length} bytes`)
  const etag = headers.get('etag') ?? ''
  const again = await ledger.fetch(`${shop.url}/products/BRW-3003/image`, { headers: { 'if-none-match': etag } })
  story.check(again.status === 304, 'asked again with its ETag, the picture is not sent twice: 304', again.status)

  const missing = await anonymous.catalog.get({ params: { sku: 'TEA-9999' } })
  story.check(
    missing.status === 404,
    `an unknown product is the catalog’s own 404: ${missing.status === 404 ? missing.error.detail : ''}`,
    missing.status,
  )
  const wrong = await ledger.fetch(`${shop.url}/products?maxPrice=cheap&size=1000`)
  const problem = (await wrong.json()) as { code: string; errors: readonly unknown[] }
  story.check(
    wrong.status === 400 && problem.code === 'INVALID_REQUEST',
    `maxPrice=cheap&size=1000 is refused at the gateway: ${problem.code}`,
    problem,
  )
  for (const error of problem.errors ?? []) story.say(`    ${JSON.stringify(error)}`)
}
