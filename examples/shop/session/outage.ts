import { sayCounts } from './ledger.js'
import { readMetric } from './read-metric.js'
import type { Stage } from './stage.js'

const REQUESTS = 80
const SHOPPERS = 4

/** Kills one catalog instance while four people browse, then brings it back. */
export async function outage({ shop, story, ledger, anonymous }: Stage): Promise<void> {
  story.chapter('One catalog instance is killed while people browse')
  const since = ledger.entries.length
  let asked = 0
  let gone: Promise<void> | undefined
  const shopper = async () => {
    while (asked < REQUESTS) {
      asked += 1
      if (asked === REQUESTS / 4) gone = shop.kill('catalog-1')
      await anonymous.catalog.list({ query: { page: 1 + (asked % 2), size: 12 } })
    }
  }
  await Promise.all(Array.from({ length: SHOPPERS }, shopper))
  await gone
  const entries = ledger.entries.slice(since)
  const lost = entries.filter(({ status }) => status !== 200)
  story.say(
    `${entries.length} requests by ${SHOPPERS} people; catalog-1 was killed after ${REQUESTS / 4}: ${sayCounts(ledger.served(since))}`,
  )
  story.check(lost.length === 0 && entries.length === REQUESTS, 'no request was lost', lost)

  const attempts = await readMetric(shop.adminUrl, 'gatewright_upstream_requests_total')
  const failed = attempts.filter(({ labels }) => labels['upstream'] === 'catalog' && !labels['outcome']?.endsWith('xx'))
  for (const { labels, value } of failed)
    story.say(`    attempts that the gateway made good: ${value} ${labels['outcome']} at ${labels['target']}`)

  const alone = ledger.entries.length
  for (let n = 0; n < 6; n += 1) await anonymous.catalog.list()
  story.check(ledger.served(alone)['catalog-2'] === 6, `afterwards catalog-2 answers alone: ${sayCounts(ledger.served(alone))}`)

  await shop.restart('catalog-1')
  const back = ledger.entries.length
  const deadline = Date.now() + 15_000
  while (!ledger.served(back)['catalog-1'] && Date.now() < deadline) {
    await anonymous.catalog.list()
    await new Promise((resolve) => setTimeout(resolve, 150))
  }
  story.check(Boolean(ledger.served(back)['catalog-1']), `started again, catalog-1 is taken back: ${sayCounts(ledger.served(back))}`)
}
