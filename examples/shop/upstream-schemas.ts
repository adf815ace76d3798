import { z } from 'zod'
import { Address } from './schemas.js'

// What the services behind the gateway speak. None of it is published.

const Line = z.object({ sku: z.string(), name: z.string(), quantity: z.int(), unitCents: z.int() })

/** What the orders service takes: whose order it is comes from the token, never from the caller. */
export const IncomingOrder = z.object({
  customer: z.string(),
  lines: z.array(z.object({ sku: z.string(), quantity: z.int() })),
  shipTo: Address,
  priority: z.boolean(),
})

export const StoredOrder = z.object({
  id: z.uuid(),
  customer: z.string(),
  status: z.literal('accepted'),
  placedAt: z.iso.datetime(),
  lines: z.array(Line),
  totalCents: z.int(),
  currency: z.literal('EUR'),
  priority: z.boolean(),
  shipTo: Address,
})

export const StockLevels = z.object({ items: z.array(z.object({ sku: z.string(), onHand: z.int() })) })

export const CustomerReply = z.object({
  RC: z.literal('OK'),
  CUST: z.object({
    CUST_NO: z.string(),
    FULL_NAME: z.string(),
    E_MAIL: z.string(),
    LOYAL_PTS: z.int(),
    CREATED: z.string().regex(/^\d{8}$/),
    STAT_CD: z.enum(['A', 'L']),
  }),
})

export const CustomerPatch = z.object({ FULL_NAME: z.string().optional(), E_MAIL: z.string().optional() })

export const CustomerError = z.object({ RC: z.literal('NOK'), ERR_NO: z.int(), ERR_TXT: z.string() })
