import { setTimeout as delay } from 'node:timers/promises'
import { headersOf, type Stage } from './stage.js'

/** Changes one character of the signature. */
function tamper(token: string): string {
  const at = token.lastIndexOf('.') + 10
  return token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1)
}

/** Tries the account without a token, with bad ones, and with a good one; the old customer system behind it does not show. */
export async function signIn({ shop, story, anonymous, as }: Stage): Promise<void> {
  story.chapter('Signing in')
  const nobody = await anonymous.account.get()
  story.check(nobody.status === 401 && nobody.error.code === 'UNAUTHENTICATED', 'without a token: 401 UNAUTHENTICATED', nobody)
  story.say(`    www-authenticate: ${headersOf(nobody).get('www-authenticate')}`)

  const token = await shop.signIn('ken')
  const forged = await as(tamper(token)).account.get()
  story.check(
    forged.status === 401 && forged.error.code === 'INVALID_CREDENTIALS',
    'with one character of the signature changed: 401 INVALID_CREDENTIALS',
    forged,
  )
  if (!forged.ok && forged.status !== 0) story.say(`    ${JSON.stringify(forged.error)}`)

  const brief = as(await shop.signIn('ken', 1))
  const fresh = await brief.account.get()
  // One second of life, and the gateway's one second of tolerance for clocks.
  await delay(2_200)
  const stale = await brief.account.get()
  story.check(fresh.ok && stale.status === 401, 'a token for one second: 200 at first, 401 once it has expired', [
    fresh.status,
    stale.status,
  ])

  const ken = as(token)
  const account = await ken.account.get()
  story.check(account.ok && account.data.name === 'Ken Okafor', 'with a good token: 200', account)
  if (account.ok) story.say(`    ${JSON.stringify(account.data)}`)
  const headers = headersOf(account)
  const clean = headers.get('x-content-type-options') === 'nosniff' && !headers.has('x-powered-by') && !headers.has('x-legacy-node')
  story.check(clean, 'the customer system’s capitals and headers stay behind the gateway')
  const changed = await ken.account.update({ body: { email: 'ken@example.com' } })
  const reread = await ken.account.get().unwrap()
  story.check(changed.ok && reread.email === 'ken@example.com', 'a new email address arrives there and comes back')
  const empty = await ken.account.update({ body: {} })
  story.check(empty.status === 400, 'a change that changes nothing does not get there: 400', empty.status)

  const ghost = await as(await shop.signIn('ghost')).account.get()
  const translated = ghost.status === 404 && ghost.error.code === 'CUSTOMER_17' && !JSON.stringify(ghost.error).includes('ON FILE')
  story.check(translated, 'an unknown customer is a clean problem: 404 CUSTOMER_17', ghost)
}
