import assert from 'node:assert/strict'
import { apiKey, headers } from 'gatewright'
import { mintApiKey } from '../../../runtime/auth/api-key-format.js'
import { type Case, head, type Stage } from '../case.js'
import { assertAbsent, assertValues, forwarded } from '../checks.js'
import { statusOf } from '../message.js'

const FORGED = ['X-User-Id: admin', 'x-user-id: admin2', 'X-USER-ROLE: root', 'X-Consumer-Name: boss', 'X-User: a', 'X-Consumer: b']
const TWINS = ['x_user_id: admin', 'X_User-Id: admin', 'x_consumer_name: boss', 'X_API_KEY: k']
const DROPPED = [
  'x-user-id',
  'x-user-role',
  'x-consumer-name',
  'x-user',
  'x-consumer',
  'x_user_id',
  'x_user-id',
  'x_consumer_name',
  'x_api_key',
]

/** A gateway that tells the upstream who calls. */
async function telling(stage: Stage, options: { forward?: boolean } = {}): Promise<{ url: string; key: string }> {
  const minted = mintApiKey()
  const auth = apiKey({ keys: [{ id: minted.id, hash: minted.hash, consumer: 'acme' }], ...options })
  const edits = headers({ request: { set: { 'x-user-id': auth.key(({ consumer }) => consumer) } } })
  return { url: await stage.variant({ route: { auth, use: { edits } } }), key: minted.key }
}

export const identityCases: readonly Case[] = [
  {
    id: 'I-01',
    title: 'identity fields of the client never reach an open route’s upstream',
    async run(stage) {
      assertAbsent(await forwarded(stage, head('GET', '/public/a', ...FORGED, ...TWINS)), ...DROPPED)
    },
  },
  {
    id: 'I-01',
    title: 'identity fields of the client never reach a protected route’s upstream',
    async run(stage) {
      assertAbsent(await forwarded(stage, head('GET', '/admin/a', `X-Api-Key: ${stage.apiKey}`, ...FORGED, ...TWINS)), ...DROPPED)
    },
  },
  {
    id: 'I-01',
    title: 'where the gateway says who calls, the upstream reads that alone',
    async run(stage) {
      const { url, key } = await telling(stage)
      const received = await forwarded(stage, head('GET', '/public/a', `X-Api-Key: ${key}`, ...FORGED, ...TWINS), url)
      assertValues(received, 'x-user-id', 'acme')
      assertAbsent(received, ...DROPPED.filter((name) => name !== 'x-user-id'))
    },
  },
  {
    id: 'I-01',
    title: 'an identity value with bytes beyond ASCII is dropped with its field',
    async run(stage) {
      assertAbsent(await forwarded(stage, head('GET', '/public/a', 'X-User-Id: \x85admin')), 'x-user-id')
    },
  },
  {
    id: 'I-01',
    title: 'an identity name with a space before the colon is refused',
    async run(stage) {
      assert.equal(statusOf(await stage.ask(head('GET', '/public/a', 'X-User-Id : admin'))), 400)
      assert.equal(stage.recorder.requests.length, 0)
    },
  },
  {
    id: 'I-02',
    title: 'nominating the identity field does not take the gateway’s own away',
    async run(stage) {
      const { url, key } = await telling(stage)
      const received = await forwarded(
        stage,
        head('GET', '/public/a', `X-Api-Key: ${key}`, 'Connection: X-User-Id', 'X-User-Id: admin'),
        url,
      )
      assertValues(received, 'x-user-id', 'acme')
      assertValues(received, 'connection', 'keep-alive')
    },
  },
  {
    id: 'I-04',
    title: 'a credential that the gateway has checked stays behind',
    async run(stage) {
      assertAbsent(await forwarded(stage, head('GET', '/admin/a', `X-Api-Key: ${stage.apiKey}`)), 'x-api-key')
    },
  },
  {
    id: 'I-04',
    title: 'a checked credential passes where its auth says forward',
    async run(stage) {
      const { url, key } = await telling(stage, { forward: true })
      assertValues(await forwarded(stage, head('GET', '/public/a', `X-Api-Key: ${key}`), url), 'x-api-key', key)
    },
  },
  {
    id: 'I-04',
    title: 'Authorization passes where no auth of the gateway reads it; Proxy-Authorization never does',
    async run(stage) {
      const received = await forwarded(stage, head('GET', '/public/a', 'Authorization: Basic eDp5', 'Proxy-Authorization: Basic eDp5'))
      assertValues(received, 'authorization', 'Basic eDp5')
      assertAbsent(received, 'proxy-authorization')
    },
  },
]
