import { headersOf, type Stage } from './stage.js'

const FREE_PER_MINUTE = 20

/** Uses up the free plan's limit as Mia, then lets the client wait as long as the gateway says. */
export async function useUpLimit({ shop, story, ledger, as }: Stage): Promise<void> {
  story.chapter('More than the free plan allows')
  const mia = as(await shop.signIn('mia'))
  let admitted = 0
  let refused = await mia.account.get()
  while (refused.ok && admitted <= 3 * FREE_PER_MINUTE) {
    admitted += 1
    refused = await mia.account.get()
  }
  const limited = refused.status === 429 && refused.error.code === 'RATE_LIMITED'
  story.check(
    limited && admitted >= FREE_PER_MINUTE - 3,
    `Mia’s account is read ${admitted} times in a row, then: 429 RATE_LIMITED`,
    refused,
  )
  const seconds = Number(headersOf(refused).get('retry-after'))
  story.say(
    `    retry-after: ${seconds}   ratelimit: ${headersOf(refused).get('ratelimit')}   policy: ${headersOf(refused).get('ratelimit-policy')}`,
  )
  story.check(seconds >= 1 && seconds <= 4, 'the gateway says how long to wait: 20 a minute is one every three seconds', seconds)

  const ken = await as(await shop.signIn('ken')).account.get()
  story.check(ken.ok, 'Ken, on the pro plan, is not held up', ken.status)

  const since = ledger.entries.length
  const started = Date.now()
  const patient = await mia.account.get({}, { retries: 3 })
  const waited = Date.now() - started
  const tries = ledger.entries.slice(since).map(({ status }) => status)
  story.check(
    patient.ok && tries.at(-1) === 200,
    `the same call with retries waits by itself: ${tries.join(', ')} after ${(waited / 1000).toFixed(1)} s`,
    tries,
  )
}
