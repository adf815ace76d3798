import { z } from 'zod'

// What callers see. A schema with an id becomes a named component of the OpenAPI document and a named type of the client.

export const Category = z.enum(['coffee', 'tea', 'brewing', 'cups']).meta({ id: 'Category' })

export const Sku = z.string().regex(/^[A-Z]{3}-\d{4}$/, 'expected a SKU such as "COF-1001"')

/** An amount in the smallest unit of its currency. */
export const Money = z.object({ amount: z.int().min(0), currency: z.literal('EUR') }).meta({ id: 'Money' })

export const Product = z
  .object({ sku: Sku, name: z.string(), category: Category, price: Money, description: z.string() })
  .meta({ id: 'Product' })

export const ProductPage = z
  .object({ items: z.array(Product), total: z.int().min(0), page: z.int().min(1), size: z.int().min(1) })
  .meta({ id: 'ProductPage' })

export const ProductSearch = z.object({
  category: Category.optional(),
  search: z.string().min(1).max(60).optional(),
  /** In cents. */
  maxPrice: z.coerce.number().int().min(0).optional(),
  page: z.coerce.number().int().min(1).default(1),
  size: z.coerce.number().int().min(1).max(100).default(12),
})

export const OrderLine = z.object({ sku: Sku, quantity: z.int().min(1).max(99) }).meta({ id: 'OrderLine' })

export const Address = z
  .strictObject({
    name: z.string().min(1).max(80),
    street: z.string().min(1).max(80),
    city: z.string().min(1).max(60),
    postcode: z.string().regex(/^[A-Z0-9][A-Z0-9 -]{2,9}$/, 'expected a postcode'),
    country: z.string().regex(/^[A-Z]{2}$/, 'expected a country code of two letters (ISO 3166-1)'),
  })
  .meta({ id: 'Address' })

export const NewOrder = z.strictObject({ items: z.array(OrderLine).min(1).max(20), shipTo: Address }).meta({ id: 'NewOrder' })

export const Order = z
  .object({
    id: z.uuid(),
    status: z.literal('accepted'),
    placedAt: z.iso.datetime(),
    items: z.array(z.object({ sku: Sku, name: z.string(), quantity: z.int(), unitPrice: Money })),
    total: Money,
    shipTo: Address,
  })
  .meta({ id: 'Order' })

export const OrderList = z.object({ items: z.array(Order) }).meta({ id: 'OrderList' })

export const Account = z
  .object({ id: z.string(), name: z.string(), email: z.email(), points: z.int(), customerSince: z.iso.date(), locked: z.boolean() })
  .meta({ id: 'Account' })

export const AccountChange = z
  .strictObject({ name: z.string().min(1).max(80).optional(), email: z.email().optional() })
  .refine((change) => change.name !== undefined || change.email !== undefined, 'expected a name or an email')
  .meta({ id: 'AccountChange' })

export const StockFeed = z
  .object({
    items: z.array(
      z.object({
        sku: Sku,
        available: z.boolean(),
        /** Exact count; partners only. */
        onHand: z.int().optional(),
      }),
    ),
  })
  .meta({ id: 'StockFeed' })
