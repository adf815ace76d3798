import { PARTNER_KEY } from '../welcome.js'
import type { Stage } from './stage.js'

const shipTo = { name: 'Ken Okafor', street: 'Hafenweg 3', city: 'Kiel', postcode: '24103', country: 'DE' }

/** Orders as Ken (plan pro): one with mistakes, one good, one too large; a partner watches the stock. */
export async function order({ shop, story, as, partner, anonymous }: Stage): Promise<void> {
  story.chapter('Ordering, and a partner that watches the stock')
  const ken = as(await shop.signIn('ken'))
  const warehouse = partner(PARTNER_KEY)
  const onHand = async () => (await warehouse.stock.feed().unwrap()).items.find(({ sku }) => sku === 'CUP-4001')?.onHand ?? Number.NaN
  const before = await onHand()

  const mistakes = { items: [{ sku: 'CUP-4001', quantity: 0 }], shipTo: { ...shipTo, street: '', country: 'Germany' } }
  const refused = await ken.orders.place({ body: mistakes })
  story.check(
    refused.status === 400 && refused.error.code === 'INVALID_REQUEST',
    'an order with three mistakes: 400 INVALID_REQUEST',
    refused,
  )
  const errors = refused.status === 400 ? ((refused.error['errors'] ?? []) as readonly unknown[]) : []
  for (const error of errors) story.say(`    ${JSON.stringify(error)}`)
  story.check(errors.length === 3, 'each mistake is named', errors)

  const placed = await ken.orders.place({
    body: {
      items: [
        { sku: 'CUP-4001', quantity: 2 },
        { sku: 'COF-1003', quantity: 1 },
      ],
      shipTo,
    },
  })
  story.check(placed.status === 201 && placed.data.total.amount === 2 * 1600 + 2690, 'a good order: 201, priced by the shop', placed)
  if (placed.status !== 201) return
  const { id, total } = placed.data
  story.say(`    order ${id}, ${total.amount / 100} ${total.currency}, location ${placed.headers.get('location')}`)
  const found = await ken.orders.get({ params: { id } })
  const listed = await ken.orders.list().unwrap()
  story.check(found.ok && found.data.id === id && listed.items.some((each) => each.id === id), 'it can be looked up, and is in the list')
  const foreign = await as(await shop.signIn('mia')).orders.get({ params: { id } })
  story.check(foreign.status === 404, 'for Mia it does not exist: 404', foreign.status)

  story.check((await onHand()) === before - 2, `the partner’s stock feed counts two cups fewer than ${before}`)
  const tooMany = await ken.orders.place({ body: { items: [{ sku: 'BRW-3003', quantity: 9 }], shipTo } })
  story.check(tooMany.status === 409, `nine grinders: ${tooMany.status}, ${tooMany.status === 409 ? tooMany.error.detail : ''}`, tooMany)

  const member = await ken.stock.feed().unwrap()
  story.check(
    member.items.every((item) => item.onHand === undefined),
    'a customer sees what is available, not how many',
  )
  const badKey = await partner(`${PARTNER_KEY.slice(0, -1)}x`).stock.feed()
  const noKey = await anonymous.stock.feed()
  story.check(badKey.status === 401 && noKey.status === 401, 'a wrong API key, and none: 401', [badKey.status, noKey.status])
}
