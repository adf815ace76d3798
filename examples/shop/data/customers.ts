/** A record of the customer system, in the words of the nineties. */
export interface CustomerRecord {
  readonly CUST_NO: string
  readonly FULL_NAME: string
  readonly E_MAIL: string
  /** Loyalty points. */
  readonly LOYAL_PTS: number
  /** Day of the first order, `YYYYMMDD`. */
  readonly CREATED: string
  /** `A` active, `L` locked. */
  readonly STAT_CD: 'A' | 'L'
}

export const CUSTOMERS: readonly CustomerRecord[] = [
  { CUST_NO: 'C-1001', FULL_NAME: 'Mia Lindgren', E_MAIL: 'mia@example.org', LOYAL_PTS: 120, CREATED: '20240131', STAT_CD: 'A' },
  { CUST_NO: 'C-1002', FULL_NAME: 'Ken Okafor', E_MAIL: 'ken@example.org', LOYAL_PTS: 1980, CREATED: '20191104', STAT_CD: 'A' },
  { CUST_NO: 'C-1003', FULL_NAME: 'Zoë Brandt', E_MAIL: 'zoe@example.org', LOYAL_PTS: 0, CREATED: '20250817', STAT_CD: 'L' },
]

/** Who can sign in at the demo issuer. `ghost` has an identity but no customer record. */
export const USERS = {
  mia: { password: 'mia-demo', sub: 'C-1001', plan: 'free' },
  ken: { password: 'ken-demo', sub: 'C-1002', plan: 'pro' },
  ghost: { password: 'ghost-demo', sub: 'C-9999', plan: 'free' },
} as const
