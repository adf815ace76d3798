import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { type Answer, create, deliver, list, sign } from './caller.js'
import { type MintedKey, operator } from './operator.js'

type Check = (what: string, holds: boolean, seen: unknown) => void

const outcome = ({ status, body }: Answer) => `${status} ${body?.code ?? ''}`.trim()

/** Asks until the answer is as expected; a change of a key reaches every process by a message. */
async function until(ask: () => Promise<Answer>, holds: (answer: Answer) => boolean): Promise<Answer> {
  const end = Date.now() + 15_000
  for (;;) {
    const answer = await ask()
    if (holds(answer) || Date.now() > end) return answer
    await delay(50)
  }
}

async function tenants(check: Check, acme: MintedKey, globex: MintedKey): Promise<void> {
  const none = await list()
  check('without a key', outcome(none) === '401 UNAUTHENTICATED', outcome(none))
  const wrong = await list(acme.key.replace(/.$/, (last) => (last === 'a' ? 'b' : 'a')))
  check('with one character of the key changed', outcome(wrong) === '401 INVALID_CREDENTIALS', outcome(wrong))
  const made = await create(acme.key, 'Rocket skates')
  check('acme starts a project', made.status === 201, made.body)
  const others = await list(globex.key, { 'x-tenant': 'acme' })
  check('globex does not see it, whatever it says of itself', others.status === 200 && others.body.length === 0, others.body)
}

async function plans(check: Check, tenant: string, free: MintedKey, pro: MintedKey): Promise<void> {
  let passed = 1
  let answer = await list(free.key)
  for (; answer.status === 200 && passed < 20; answer = await list(free.key)) passed += 1
  check('the free plan has 10 requests a month', passed === 10 && outcome(answer) === '429 QUOTA_EXCEEDED', `${passed}, ${outcome(answer)}`)
  check('the refusal says when the next month begins', Number(answer.headers.get('retry-after')) > 0, answer.headers.get('retry-after'))
  const upgraded = await operator.mint(tenant, 'pro')
  const more = await list(upgraded.key)
  check('a key of the plan pro goes on where the free one stopped', more.status === 200 && more.body.length === 1, outcome(more))
  await operator.expire(free, '7d')
  const old = await until(
    () => list(free.key),
    ({ headers }) => headers.has('api-key-expires'),
  )
  check('the old key says until when it is good', old.headers.has('api-key-expires'), old.headers.get('api-key-expires'))
  const flood = await Promise.all(Array.from({ length: 90 }, () => list(pro.key)))
  const limited = flood.filter((one) => outcome(one) === '429 RATE_LIMITED').length
  const served = flood.filter(({ status }) => status === 200).length
  check('pro is 60 a minute, and says so', limited > 0 && limited + served === 90, `${served} served, ${limited} refused`)
}

async function webhooks(check: Check): Promise<void> {
  const body = JSON.stringify({ type: 'invoice.paid', tenant: 'acme' })
  const signed = sign(`msg_${randomBytes(8).toString('hex')}`, body)
  const unsigned = await deliver(body, {})
  check('a report without a signature', outcome(unsigned) === '401 UNAUTHENTICATED', outcome(unsigned))
  const changed = await deliver(body.replace('acme', 'evil'), signed)
  check('a report that was changed', outcome(changed) === '401 INVALID_CREDENTIALS', outcome(changed))
  const taken = await deliver(body, signed)
  check('a signed report reaches the service', taken.status === 200 && taken.body.reports === 1, taken.body)
  const again = await deliver(body, signed)
  check('the same report once more', outcome(again) === '401 INVALID_CREDENTIALS', outcome(again))
}

/** Plays a session of two tenants and a billing provider; true if every check held. */
export async function playSession(print: (line: string) => void): Promise<boolean> {
  let failures = 0
  let checks = 0
  const check: Check = (what, holds, seen) => {
    checks += 1
    if (!holds) failures += 1
    print(`  ${holds ? '✓' : '✗'} ${what}: ${typeof seen === 'string' ? seen : JSON.stringify(seen)}`)
  }
  // Names of their own in each session: what a tenant used stays in Redis.
  const [one, other] = ['acme', 'globex'].map((name) => `${name}-${randomBytes(4).toString('hex')}`) as [string, string]
  const [acme, globex] = await Promise.all([operator.mint(one, 'free'), operator.mint(other, 'pro')])
  print('\nTenants')
  await tenants(check, acme, globex)
  print('\nPlans')
  await plans(check, one, acme, globex)
  print('\nWebhooks')
  await webhooks(check)
  print('\nThe end of a key')
  await operator.revoke(globex)
  const ended = await until(
    () => list(globex.key),
    ({ status }) => status === 401,
  )
  check('a revoked key', outcome(ended) === '401 INVALID_CREDENTIALS', outcome(ended))
  print(failures === 0 ? `\nAll ${checks} checks held.` : `\n${failures} of ${checks} checks did not hold.`)
  return failures === 0
}
