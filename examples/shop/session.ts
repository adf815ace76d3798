import { createClient } from './generated/client/index.js'
import { browse } from './session/browse.js'
import { Ledger } from './session/ledger.js'
import { order } from './session/order.js'
import { outage } from './session/outage.js'
import { compare, readRequestCounts } from './session/same-story.js'
import { signIn } from './session/sign-in.js'
import type { Stage } from './session/stage.js'
import { Story } from './session/story.js'
import { useUpLimit } from './session/use-up-limit.js'
import type { Shop } from './shop.js'

/** Plays a shopping session through the gateway and tells it; resolves to whether every check held. */
export async function playSession(shop: Shop, print: (line?: string) => void): Promise<boolean> {
  const story = new Story(print)
  const ledger = new Ledger()
  const before = await readRequestCounts(shop.adminUrl)
  const stage: Stage = {
    shop,
    story,
    ledger,
    anonymous: createClient({ baseUrl: shop.url, fetch: ledger.fetch, retries: 0 }),
    as: (jwt) => createClient({ baseUrl: shop.url, fetch: ledger.fetch, retries: 0, jwt }),
    partner: (apiKey) => createClient({ baseUrl: shop.url, fetch: ledger.fetch, retries: 0, apiKey }),
  }
  for (const chapter of [browse, signIn, order, useUpLimit, outage]) await chapter(stage)
  await compare(stage, before)
  return story.end()
}
