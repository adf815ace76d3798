import { createHmac } from 'node:crypto'
import test from 'ava'
import { githubWebhook, route, standardWebhooks, stripeWebhook, upstream } from 'gatewright'
import { manualClock, startAuthGateway } from '../helpers/auth-gateway.js'
import { LANES, startGateway, startUpstream } from '../helpers/start-gateway.js'

const NOW = 1_900_000_000
const BODY = '{"type":"paid","amount":1}'
const hex = (secret: string | Buffer, text: string) => createHmac('sha256', secret).update(text).digest('hex')
const base64 = (secret: Buffer, text: string) => createHmac('sha256', secret).update(text).digest('base64')

const WHSEC = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const whsecBytes = Buffer.from(WHSEC.slice(6), 'base64')
const STRIPE = 'whsec_stripe_test_secret'
const GITHUB = "It's a Secret to Everybody"

const start = (auth: Parameters<typeof startAuthGateway>[0]) => startAuthGateway(auth, manualClock(NOW * 1_000))
type Gate = Awaited<ReturnType<typeof start>>
const deliver = (gate: Gate, headers: readonly string[], body = BODY) =>
  gate.ask([...headers, 'Content-Length', String(Buffer.byteLength(body))], { method: 'POST', body })

const standard = (id: string, time: number, { secret = whsecBytes, body = BODY, prefix = '' } = {}) => [
  ...['Webhook-Id', id, 'Webhook-Timestamp', String(time)],
  'Webhook-Signature',
  `${prefix}v1,${base64(secret, `${id}.${time}.${body}`)}`,
]
const stripe = (time: number, more = '', secret = STRIPE, body = BODY) => [
  'Stripe-Signature',
  `t=${time},v1=${hex(secret, `${time}.${body}`)}${more}`,
]

test('Standard Webhooks: the published example holds', async (t) => {
  // https://github.com/standard-webhooks/standard-webhooks, the example of the specification.
  const body = '{"test": 2432232314}'
  const gate = await startAuthGateway(standardWebhooks({ secret: WHSEC }), manualClock(1_614_265_330_000))
  t.teardown(() => gate.close())
  const answer = await deliver(
    gate,
    [
      ...['Webhook-Id', 'msg_p5jXN8AQM9LWM0D4loKWxJek', 'Webhook-Timestamp', '1614265330'],
      ...['Webhook-Signature', 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='],
    ],
    body,
  )
  t.deepEqual(answer.auth, { kind: 'webhook', scheme: 'standard', deliveryId: 'msg_p5jXN8AQM9LWM0D4loKWxJek', sentAt: 1_614_265_330_000 })
  t.deepEqual(answer.stripped, ['webhook-signature'])
})

test('GitHub: the published example holds', async (t) => {
  // https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
  const gate = await start(githubWebhook({ secret: GITHUB }))
  t.teardown(() => gate.close())
  const value = 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17'
  const answer = await deliver(gate, ['X-Hub-Signature-256', value, 'X-GitHub-Delivery', 'd-1'], 'Hello, World!')
  t.deepEqual(answer.auth, { kind: 'webhook', scheme: 'github', deliveryId: 'd-1' })
  t.is((await deliver(gate, ['X-Hub-Signature-256', value], 'Hello, World?')).detail, 'The signature is wrong.')
  t.is((await deliver(gate, ['X-Hub-Signature-256', value.replace('256', '1')], 'Hello, World!')).detail, 'The signature is malformed.')
  t.is((await deliver(gate, ['X-Hub-Signature', value])).code, 'UNAUTHENTICATED')
})

test('a delivery is accepted once, by what its sender signed', async (t) => {
  const one = await start(standardWebhooks({ secret: WHSEC }))
  const two = await start(stripeWebhook({ secret: STRIPE }))
  t.teardown(() => one.close())
  t.teardown(() => two.close())
  t.is((await deliver(one, standard('m1', NOW))).status, 200)
  t.is((await deliver(one, standard('m1', NOW + 1))).detail, 'The delivery was accepted before.')
  t.is((await deliver(one, standard('m2', NOW))).status, 200)
  t.is((await deliver(two, stripe(NOW))).status, 200)
  t.is((await deliver(two, stripe(NOW))).detail, 'The delivery was accepted before.')
  t.is((await deliver(two, stripe(NOW + 1))).status, 200)
})

test('a delivery outside the tolerance, malformed or signed with something else is refused', async (t) => {
  const one = await start(standardWebhooks({ secret: WHSEC, tolerance: '1m' }))
  const two = await start(stripeWebhook({ secret: STRIPE }))
  t.teardown(() => one.close())
  t.teardown(() => two.close())
  const late = 'The delivery is too old, or from the future.'
  const malformed = 'The signature is malformed.'
  const wrong = 'The signature is wrong.'
  const cases: [Gate, string[], string][] = [
    [one, standard('m', NOW - 61), late],
    [one, standard('m', NOW + 61), late],
    [one, standard('m.1', NOW), malformed],
    [one, standard('m', NOW).slice(2), malformed],
    [one, standard('m', NOW).with(5, 'v2,AAAA'), malformed],
    [one, standard('m', NOW).with(3, `${NOW}x`), malformed],
    [one, standard('m', NOW, { body: 'other' }), wrong],
    [one, standard('m', NOW, { secret: Buffer.from('another secret of the same') }), wrong],
    [two, stripe(NOW - 301), late],
    [two, stripe(NOW, `,t=${NOW}`), malformed],
    [two, ['Stripe-Signature', `t=${NOW},v0=${hex(STRIPE, `${NOW}.${BODY}`)}`], malformed],
    [two, stripe(NOW, '', 'another-secret-here'), wrong],
  ]
  for (const [gate, headers, detail] of cases) {
    const answer = await deliver(gate, headers)
    t.deepEqual([answer.code, answer.detail], ['INVALID_CREDENTIALS', detail], headers.join(' '))
  }
  t.deepEqual((await deliver(two, [])).challenges, ['Webhook header="stripe-signature"'])
})

test('each of several secrets holds, and so does each of several signatures', async (t) => {
  const next = 'whsec_bmV4dCBzZWNyZXQgb2Ygc2FtZQ=='
  const gate = await start(standardWebhooks({ secret: [next, WHSEC] }))
  t.teardown(() => gate.close())
  t.is((await deliver(gate, standard('a', NOW))).status, 200)
  t.is((await deliver(gate, standard('b', NOW, { secret: Buffer.from(next.slice(6), 'base64') }))).status, 200)
  t.is((await deliver(gate, standard('c', NOW, { prefix: `v1,${base64(Buffer.from('old'), 'x')} v1a,zz ` }))).status, 200)
  const two = await start(stripeWebhook({ secret: STRIPE }))
  t.teardown(() => two.close())
  t.is((await deliver(two, ['Stripe-Signature', `t=${NOW},v1=${hex('old secret', 'x')},${stripe(NOW)[1]?.split(',')[1]}`])).status, 200)
})

for (const lifecycle of LANES)
  test(`${lifecycle}: a delivery that the upstream fails may come again, one that it took may not`, async (t) => {
    const statuses = [503, 200]
    const backend = await startUpstream(t, (_request, res) => void res.writeHead(statuses.shift() ?? 200).end())
    const target = upstream('target', { targets: [backend.url] })
    const auth = standardWebhooks({ secret: WHSEC })
    const gateway = await startGateway(t, { hook: route({ method: 'POST', path: '/', upstream: target, auth, lifecycle }) })
    const send = async () => {
      const time = Math.floor(Date.now() / 1_000)
      const headers = {
        'webhook-id': 'm1',
        'webhook-timestamp': String(time),
        'webhook-signature': `v1,${base64(whsecBytes, `m1.${time}.${BODY}`)}`,
      }
      return (await fetch(gateway.url, { method: 'POST', body: BODY, headers })).status
    }
    t.is(await send(), 503)
    t.is(await send(), 200)
    t.is(await send(), 401)
    t.deepEqual(
      backend.requests.map(({ body }) => body),
      [BODY, BODY],
    )
  })
