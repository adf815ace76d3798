import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import test, { type ExecutionContext } from 'ava'
import { jwt } from 'gatewright'
import { z } from 'zod'
import { discoverKeySet } from '../../runtime/auth/discover-key-set.js'
import { manualClock, startAuthGateway } from '../helpers/auth-gateway.js'
import { startIssuer } from '../helpers/issuer.js'
import { makeSigningKey } from '../helpers/tokens.js'

const a = await makeSigningKey('RS256', 'a')
const signal = new AbortController().signal
const request = { fetch, timeoutMs: 5_000, signal }

type Answer = (req: IncomingMessage, res: ServerResponse) => void

/** Publishes provider metadata; `answer` can be replaced. */
async function startProvider(t: ExecutionContext, jwks: string) {
  const asked: string[] = []
  const provider = { url: '', asked, answer: (() => undefined) as Answer }
  const server = createServer((req, res) => {
    asked.push(req.url as string)
    provider.answer(req, res)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.close()
    server.closeAllConnections()
  })
  provider.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const metadata = { issuer: provider.url, jwks_uri: jwks }
  provider.answer = (_req, res) => res.end(JSON.stringify(metadata))
  return Object.assign(provider, { metadata })
}

test('the key set is where the issuer says, and tokens of the issuer hold', async (t) => {
  const keys = await startIssuer(a)
  const provider = await startProvider(t, `${keys.url}/.well-known/jwks.json`)
  const claims = z.object({ sub: z.string() })
  const auth = jwt({ issuer: provider.url, discovery: true, audience: 'api', algorithms: ['RS256'], claims })
  const clock = manualClock()
  const gate = await startAuthGateway(auth, clock)
  await gate.warmed()
  const token = (sub: string) => keys.sign(a, { iss: provider.url, aud: 'api', sub, exp: 1_900_090_000 })
  t.is((await gate.bearer(await token('ann'))).status, 200)
  t.deepEqual(provider.asked, ['/.well-known/openid-configuration'])
  provider.answer = (_req, res) => res.writeHead(500).end()
  clock.advance(3_600_000)
  t.is((await gate.bearer(await token('bob'))).status, 200, 'the place that was known serves on')
  t.is(keys.fetches, 2)
  await Promise.all([gate.close(), keys.close()])
})

test('an issuer with a path is asked below that path', async (t) => {
  const provider = await startProvider(t, 'http://127.0.0.1:9/keys')
  const claims = z.object({})
  const gate = await startAuthGateway(
    jwt({ issuer: `${provider.url}/realms/shop/`, discovery: true, audience: 'api', algorithms: ['RS256'], claims }),
  )
  await gate.warmed()
  t.deepEqual(provider.asked, ['/realms/shop/.well-known/openid-configuration'])
  await gate.close()
})

test('metadata of another issuer, without a place, or none at all yields no keys', async (t) => {
  const keys = await startIssuer(a)
  const provider = await startProvider(t, keys.jwks)
  const { metadata } = provider
  const json =
    (value: unknown): Answer =>
    (_req, res) =>
      void res.end(JSON.stringify(value))
  const failures: [Answer, RegExp][] = [
    [json({ ...metadata, issuer: `${provider.url}/` }), /of another issuer/],
    [json({ ...metadata, issuer: undefined }), /of another issuer/],
    [json({ ...metadata, jwks_uri: undefined }), /no `jwks_uri`/],
    [json({ ...metadata, jwks_uri: 'file:///etc/passwd' }), /no `jwks_uri`/],
    [json({ ...metadata, jwks_uri: ['x'] }), /no `jwks_uri`/],
    [json(null), /no JSON object/],
    [(_req, res) => void res.end('<html>'), /no JSON/],
    [(_req, res) => void res.writeHead(302, { location: keys.jwks }).end(), /status 302/],
    [(_req, res) => void res.writeHead(500).end(), /status 500/],
    [(_req, res) => void res.end('x'.repeat(2_000_000)), /longer than 1024 KiB/],
  ]
  for (const [answer, failure] of failures) {
    provider.answer = answer
    const fetched = await discoverKeySet(provider.url, `${provider.url}/.well-known/openid-configuration`)(request)
    t.regex('failure' in fetched ? fetched.failure : 'keys', failure)
  }
  t.is(keys.fetches, 0)
  provider.answer = json(metadata)
  t.true('text' in (await discoverKeySet(provider.url, `${provider.url}/x`)(request)))
  await keys.close()
})

test('an issuer that is silent costs no more than the time for one fetch', async (t) => {
  const provider = await startProvider(t, 'http://127.0.0.1:9/')
  provider.answer = () => undefined
  const fetched = await discoverKeySet(provider.url, provider.url)({ ...request, timeoutMs: 400 })
  t.deepEqual(fetched, { failure: 'no complete answer in time' })
})

test('keys of an https issuer are not taken from a place without TLS', async (t) => {
  const metadata = JSON.stringify({ issuer: 'https://id.example.org', jwks_uri: 'http://id.example.org/keys' })
  const fetched = await discoverKeySet(
    'https://id.example.org',
    'https://id.example.org/.well-known/openid-configuration',
  )({
    ...request,
    fetch: async () => new Response(metadata),
  })
  t.regex('failure' in fetched ? fetched.failure : '', /no `jwks_uri` that can be used/)
})
