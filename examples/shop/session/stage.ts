import type { createClient } from '../generated/client/index.js'
import type { Shop } from '../shop.js'
import type { Ledger } from './ledger.js'
import type { Story } from './story.js'

type Client = ReturnType<typeof createClient>

/** What a chapter of the session works with. Clients do not retry unless a call says so: what the gateway answers is what is seen. */
export interface Stage {
  readonly shop: Shop
  readonly story: Story
  readonly ledger: Ledger
  readonly anonymous: Client
  as(token: string): Client
  partner(apiKey: string): Client
}

/** The headers of a call's result; empty if no response came. */
export function headersOf(result: { readonly headers?: Headers } | object): Headers {
  return 'headers' in result && result.headers ? result.headers : new Headers()
}
