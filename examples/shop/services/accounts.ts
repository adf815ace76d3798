import type { Server } from 'node:http'
import { pathToFileURL } from 'node:url'
import { z } from 'zod'
import { CUSTOMERS, type CustomerRecord } from '../data/customers.js'
import { type Answer, createService, runService } from './http-service.js'

const Change = z.strictObject({ FULL_NAME: z.string().min(1).max(80).optional(), E_MAIL: z.email().optional() })

/** Old systems answer errors in a shape of their own. */
const failure = (status: number, ERR_NO: number, ERR_TXT: string): Answer => ({ status, body: { RC: 'NOK', ERR_NO, ERR_TXT } })

const found = (record: CustomerRecord): Answer => ({
  status: 200,
  headers: { 'x-powered-by': 'CUSTSYS/4.2', 'x-legacy-node': 'cust-a' },
  body: { RC: 'OK', CUST: record },
})

/** The customer system: legacy JSON in capitals, in memory. `GET` and `PATCH /custsys/cust/{number}`. */
export function createAccounts(name: string): Server {
  const records = new Map(CUSTOMERS.map((record) => [record.CUST_NO, record]))
  return createService(name, async (call) => {
    const [system, table, key, ...rest] = call.segments
    if (system !== 'custsys' || table !== 'cust' || rest.length > 0) return failure(404, 3, 'NO SUCH TABLE')
    const number = key ?? call.headers['x-customer-id']
    const record = records.get(String(number))
    if (!record) return failure(404, 17, `CUST ${number} NOT ON FILE`)
    if (call.method === 'GET') return found(record)
    if (call.method !== 'PATCH') return failure(405, 4, 'VERB NOT SUPPORTED')
    const change = Change.safeParse(await call.json())
    if (!change.success) return failure(400, 22, z.prettifyError(change.error).toUpperCase())
    if (record.STAT_CD === 'L') return failure(409, 31, 'CUST LOCKED')
    const changed = { ...record, ...(JSON.parse(JSON.stringify(change.data)) as Partial<CustomerRecord>) }
    records.set(record.CUST_NO, changed)
    return found(changed)
  })
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await runService(createAccounts(process.env['NAME'] ?? 'accounts'))
