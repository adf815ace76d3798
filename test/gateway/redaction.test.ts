import test from 'ava'
import { route, upstream } from 'gatewright'
import { z } from 'zod'
import { redact, redactionOf, secretPlaces } from '../../sdk/redaction.js'
import { documentOf } from '../helpers/document-of.js'
import { recordLog } from '../helpers/record-log.js'
import { LANES, startGateway, startUpstream } from '../helpers/start-gateway.js'

const secret = z.string().meta({ secret: true })
const Account = z.object({
  id: z.string(),
  iban: secret,
  pin: secret.optional(),
  cards: z.array(z.object({ number: secret, kind: z.string() })),
  notes: z.record(z.string(), z.union([z.object({ text: z.string() }), z.object({ token: secret })])),
  get parent() {
    return Account.nullable()
  },
})
const account = {
  id: 'a',
  iban: 'DE1',
  pin: '1',
  cards: [{ number: '42', kind: 'x' }],
  notes: { one: { text: 't' }, two: { token: 's' } },
  parent: { id: 'b', iban: 'DE2', cards: [], notes: {}, parent: null },
}
const redacted = {
  id: 'a',
  iban: '***',
  cards: [{ number: '***', kind: 'x' }],
  notes: { one: { text: 't' }, two: { token: '***' } },
  parent: { id: 'b', iban: '***', cards: [], notes: {}, parent: null },
}

test('secrets are found at every depth and once in a recursive schema', (t) => {
  t.deepEqual(
    secretPlaces(redactionOf(Account)).map(({ path, secret }) => `${path} ${secret}`),
    ['iban mask', 'pin remove', 'cards.*.number mask', 'notes.*.token mask'],
  )
  t.deepEqual(redact(structuredClone(account), redactionOf(Account)), redacted)
  t.is(redact(undefined, redactionOf(secret)), undefined)
})

for (const lifecycle of LANES)
  test(`${lifecycle}: what a response's schema marks secret does not leave, passed on or mapped`, async (t) => {
    const up = await startUpstream(t, (_req, res) =>
      res.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(account)),
    )
    const to = {
      method: 'GET',
      upstream: upstream('up', { targets: [up.url] }),
      lifecycle,
      responses: { 200: Account, 201: z.object({}) },
    } as const
    const gateway = await startGateway(t, {
      passed: route({ ...to, path: '/passed', redactSecrets: true }),
      mapped: route({ ...to, path: '/mapped', redactSecrets: true, mapResponse: { 200: (body) => body } }),
      open: route({ ...to, path: '/open' }),
    })
    const get = async (path: string) => (await fetch(gateway.url + path)).json()
    t.deepEqual(await get('/passed'), redacted)
    t.deepEqual(await get('/mapped'), redacted)
    t.deepEqual(await get('/open'), account)
  })

test('the access log shows no query parameter and no header that a schema marks secret', async (t) => {
  const up = await startUpstream(t)
  const { log, lines } = recordLog()
  const gateway = await startGateway(
    t,
    {
      get: route({
        method: 'GET',
        path: '/',
        upstream: upstream('up', { targets: [up.url] }),
        query: z.object({ iban: secret, page: z.string() }),
        headers: z.object({ 'x-pin': secret }),
      }),
    },
    { log: { query: true, headers: ['x-pin'] } },
    { log },
  )
  await (await fetch(`${gateway.url}/?page=1&iban=DE1`, { headers: { 'x-pin': 'pin-of-four' } })).text()
  await gateway.stop()
  const text = JSON.stringify(lines)
  t.true(text.includes('page=1&iban=[redacted]'))
  t.false(text.includes('DE1') || text.includes('pin-of-four'))
})

test('documents give no examples of secrets', (t) => {
  const body = z.object({
    pin: z
      .string()
      .default('1234')
      .meta({ secret: true, example: '1234', examples: ['1234'] }),
  })
  const document = documentOf({
    one: route({ method: 'POST', path: '/', upstream: upstream('up', { targets: ['http://127.0.0.1:1'] }), body }),
  })
  t.false(JSON.stringify(document).includes('1234'))
})
