import { randomUUID } from 'node:crypto'
import type { Server } from 'node:http'
import { pathToFileURL } from 'node:url'
import { z } from 'zod'
import { PRODUCTS, STOCK } from '../data/products.js'
import { type Answer, type Call, createService, runService, ServiceProblem } from './http-service.js'

const Incoming = z.object({
  customer: z.string().min(1),
  lines: z
    .array(z.object({ sku: z.string(), quantity: z.int().min(1) }))
    .min(1)
    .max(20),
  shipTo: z.object({ name: z.string(), street: z.string(), city: z.string(), postcode: z.string(), country: z.string().length(2) }),
  priority: z.boolean(),
})
type Incoming = z.output<typeof Incoming>

type Order = ReturnType<typeof bill>

function bill(order: Incoming) {
  const lines = order.lines.map(({ sku, quantity }, index) => {
    const product = PRODUCTS.find((candidate) => candidate.sku === sku)
    if (!product) throw new ServiceProblem(422, 'NO_SUCH_PRODUCT', `line ${index + 1}: there is no product ${sku}`)
    return { sku, name: product.name, quantity, unitCents: product.price.amount }
  })
  const totalCents = lines.reduce((sum, line) => sum + line.quantity * line.unitCents, 0)
  return { ...order, id: randomUUID(), status: 'accepted' as const, placedAt: new Date().toISOString(), lines, totalCents, currency: 'EUR' }
}

class OrderBook {
  readonly #orders = new Map<string, Order>()
  readonly #stock = new Map(Object.entries(STOCK))

  place(incoming: Incoming): Order {
    const order = bill(incoming)
    const wanted = new Map<string, number>()
    for (const { sku, quantity } of order.lines) wanted.set(sku, (wanted.get(sku) ?? 0) + quantity)
    const short = [...wanted].filter(([sku, quantity]) => quantity > this.onHand(sku))
    if (short.length > 0)
      throw new ServiceProblem(409, 'OUT_OF_STOCK', 'not enough on the shelf', {
        short: short.map(([sku, quantity]) => ({ sku, wanted: quantity, onHand: this.onHand(sku) })),
      })
    for (const [sku, quantity] of wanted) this.#stock.set(sku, this.onHand(sku) - quantity)
    this.#orders.set(order.id, order)
    return order
  }

  of(customer: string): readonly Order[] {
    return [...this.#orders.values()].filter((order) => order.customer === customer)
  }

  onHand(sku: string): number {
    return this.#stock.get(sku) ?? 0
  }

  stock() {
    return [...this.#stock].map(([sku, onHand]) => ({ sku, onHand }))
  }
}

function customerOf(call: Call): string {
  const customer = call.headers['x-customer-id']
  if (typeof customer !== 'string') throw new ServiceProblem(401, 'NO_CUSTOMER', 'x-customer-id says whose orders are meant')
  return customer
}

async function place(call: Call, book: OrderBook): Promise<Answer> {
  const parsed = Incoming.safeParse(await call.json())
  if (!parsed.success) throw new ServiceProblem(400, 'BAD_ORDER', z.prettifyError(parsed.error))
  const order = book.place(parsed.data)
  return { status: 201, headers: { location: `/orders/${order.id}` }, body: order }
}

function lookUp(call: Call, book: OrderBook, id: string): Answer {
  const order = book.of(customerOf(call)).find((candidate) => candidate.id === id)
  if (!order) throw new ServiceProblem(404, 'NO_SUCH_ORDER', `you have no order ${id}`)
  return { status: 200, body: order }
}

/** Orders and the stock they take from, in memory. An order is visible to its customer only. */
export function createOrders(name: string): Server {
  const book = new OrderBook()
  return createService(name, (call) => {
    const [root, id] = call.segments
    const request = `${call.method} /${root}${id === undefined ? '' : '/{id}'}`
    if (request === 'POST /orders') return place(call, book)
    if (request === 'GET /orders') return { status: 200, body: { items: book.of(customerOf(call)) } }
    if (request === 'GET /orders/{id}') return lookUp(call, book, id as string)
    if (request === 'GET /stock') return { status: 200, body: { items: book.stock() } }
    throw new ServiceProblem(404, 'NO_SUCH_PAGE', `there is no ${request}`)
  })
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await runService(createOrders(process.env['NAME'] ?? 'orders'))
