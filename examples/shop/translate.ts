import type { ProblemDocument } from 'gatewright'
import type { z } from 'zod'
import type { Account, Order } from './schemas.js'
import type { CustomerError, CustomerReply, StoredOrder } from './upstream-schemas.js'

const euros = (amount: number) => ({ amount, currency: 'EUR' as const })

/** An order as callers see it: without the customer's number and the warehouse's priority. */
export function toOrder(stored: z.output<typeof StoredOrder>): z.input<typeof Order> {
  return {
    id: stored.id,
    status: stored.status,
    placedAt: stored.placedAt,
    items: stored.lines.map(({ sku, name, quantity, unitCents }) => ({ sku, name, quantity, unitPrice: euros(unitCents) })),
    total: euros(stored.totalCents),
    shipTo: stored.shipTo,
  }
}

/** An account as callers see it, from the customer system's record. */
export function toAccount({ CUST }: z.output<typeof CustomerReply>): z.input<typeof Account> {
  return {
    id: CUST.CUST_NO,
    name: CUST.FULL_NAME,
    email: CUST.E_MAIL,
    points: CUST.LOYAL_PTS,
    customerSince: CUST.CREATED.replace(/^(\d{4})(\d{2})(\d{2})$/, '$1-$2-$3'),
    locked: CUST.STAT_CD === 'L',
  }
}

/** The customer system's errors as problems (RFC 9457); its own wording stays inside. */
export function toProblem(status: number, title: string) {
  return (error: z.output<typeof CustomerError>): ProblemDocument => ({
    type: `urn:shop:customer-${error.ERR_NO}`,
    title,
    status,
    code: `CUSTOMER_${error.ERR_NO}`,
  })
}
