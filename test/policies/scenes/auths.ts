import { apiKey, basic, forwardAuth, githubWebhook, httpSignature, introspection, jwt, mtls, standardWebhooks } from 'gatewright'
import { z } from 'zod'
import { mintApiKey } from '../../../runtime/auth/api-key-format.js'
import { cheapHash } from '../../helpers/cheap-hash.js'
import { CA, TLS, tlsFile, tlsText } from '../../helpers/http2.js'
import { json, startService } from '../../helpers/scripted-service.js'
import { signDelivery, WHSEC } from '../../helpers/sign-delivery.js'
import { contentDigest, signMessage } from '../../helpers/sign-message.js'
import { hmac, rawToken } from '../../helpers/tokens.js'
import type { ScenesOf } from '../scene.js'
import { NO_REDIS, sending } from './scene-parts.js'

const SECRET = 'a secret that is long enough for HS256'
const NOWHERE = 'http://127.0.0.1:1'
const claims = z.object({ sub: z.string() })
const LARGE = 'a'.repeat(2_000)
const seconds = () => Math.floor(Date.now() / 1_000)
const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

const local = { issuer: 'here', audience: 'api', algorithms: ['HS256'], secret: SECRET, claims } as const
const given = { iss: 'here', aud: 'api', sub: 'ann', jti: 't1', exp: 4_000_000_000 }
const token = rawToken({ alg: 'HS256' }, given, hmac(SECRET))

/** Its keys are nowhere to be fetched. */
export const remote = jwt({ issuer: 'there', audience: 'api', algorithms: ['RS256'], jwks: `${NOWHERE}/keys`, claims })
/** A token that only those keys could tell from a right one. */
export const unchecked = bearer(rawToken({ alg: 'RS256', kid: 'a' }, { ...given, iss: 'there' }, () => 'AAAA'))

const { key, id, hash } = mintApiKey()
export const partner = apiKey({ keys: [{ id, hash, consumer: 'acme' }] })
export const known = { 'x-api-key': key }
export const unknown = { 'x-api-key': mintApiKey().key }

const login = (password: string) => ({ authorization: `Basic ${btoa(`ada:${password}`)}` })
// Dear enough that not all can be through before the last has arrived.
const users = [{ name: 'ada', password: await cheapHash('right', 15) }]

const BYTES = Buffer.alloc(32, 'a')
const signer = { id: 'k', algorithm: 'hmac-sha256', secret: BYTES.toString('base64'), consumer: 'acme' } as const
const signatures = httpSignature({ keys: [signer], components: ['@method'] })
function signed(body: string, nonce: string): Record<string, string> {
  const digest = contentDigest(body)
  const parameters = `;created=${seconds()};keyid="k";nonce="${nonce}"`
  const components = Object.entries({ '@method': 'POST', 'content-digest': digest })
  return { 'content-digest': digest, ...signMessage({ components, parameters }, hmac(BYTES)) }
}

const GITHUB = "It's a Secret to Everybody"
const hooks = standardWebhooks({ secret: WHSEC })
const delivery = (id: string, body: string) => signDelivery(id, seconds(), body)
const pushed = (body: string) => ({ 'x-hub-signature-256': `sha256=${Buffer.from(hmac(GITHUB)(body)).toString('hex')}` })
const post = { method: 'POST', bodyLimit: '1kb' }

const introspecting = (endpoint: string) => introspection({ endpoint, client: { id: 'gw', secret: 's' }, claims })
const asking = (url: string) => forwardAuth({ url, headers: ['authorization'] })

const certificate = (name: string) => ({ cert: tlsText(`client-${name}.cert.pem`), key: tlsText(`client-${name}.key.pem`) })

/** Auths that stand for themselves. */
export const AUTH_SCENES = {
  jwt: [
    { route: { auth: jwt(local) }, play: sending({}, bearer('not.a.token'), bearer(token)) },
    { route: { auth: remote }, play: sending(unchecked) },
    { route: { auth: jwt({ ...local, revocation: { by: 'jti' } }) }, gateway: NO_REDIS, play: sending(bearer(token)) },
  ],
  'api-key': [
    { route: { auth: partner }, play: sending({}, unknown, known) },
    { route: { auth: apiKey({ keys: [{ id, hash, consumer: 'acme', expires: '2126-01-01T00:00:00Z' }] }) }, play: sending(known) },
    { route: { auth: apiKey({ store: { redis: true } }) }, gateway: NO_REDIS, play: sending(known) },
  ],
  basic: [
    {
      route: { auth: basic({ realm: 'Shop', users }) },
      async play({ send }) {
        await sending({}, login('right'), login('wrong'))({ send })
        await Promise.all(Array.from({ length: 150 }, (_, index) => send(login(`guess ${index}`))))
      },
    },
  ],
  'http-signature': [
    {
      route: { ...post, auth: signatures },
      async play({ send }) {
        const headers = signed('a', 'n1')
        for (const each of [{}, headers, headers]) await send(each, 'a')
        await send(signed(LARGE, 'n2'), LARGE)
      },
    },
    { route: { ...post, auth: signatures }, gateway: NO_REDIS, play: ({ send }) => send(signed('a', 'n1'), 'a') },
    {
      route: { ...post, auth: httpSignature({ keys: [signer], components: ['@method'], nonce: 'ignore' }) },
      play: ({ send }) => send(signed('a', 'n1'), 'a'),
    },
  ],
  webhook: [
    {
      route: { ...post, auth: hooks },
      async play({ send }) {
        const headers = delivery('m1', 'a')
        for (const each of [{}, headers, headers]) await send(each, 'a')
        await send(delivery('m2', LARGE), LARGE)
      },
    },
    { route: { ...post, auth: hooks }, gateway: NO_REDIS, play: ({ send }) => send(delivery('m1', 'a'), 'a') },
    {
      route: { ...post, auth: githubWebhook({ secret: GITHUB }) },
      async play({ send }) {
        for (const headers of [{}, pushed('a'), pushed('b')]) await send(headers, 'a')
        await send(pushed(LARGE), LARGE)
      },
    },
  ],
  introspection: [
    async (t) => {
      const { url } = await startService(t, (asked, res) => json({ active: asked.body.includes('good'), sub: 'ann' })(asked, res))
      return { route: { auth: introspecting(url) }, play: sending({}, bearer('good'), bearer('bad')) }
    },
    { route: { auth: introspecting(NOWHERE) }, play: sending(bearer('good')) },
  ],
  mtls: [
    {
      route: { auth: mtls({ consumers: [{ consumer: 'billing', san: 'URI:spiffe://example.org/billing' }] }) },
      gateway: { server: { tls: { ...TLS, clientCaFile: tlsFile('client-ca.pem') } } },
      async play({ send }) {
        for (const client of [{}, certificate('billing'), certificate('stranger')]) await send({}, '', { ca: CA, ...client })
      },
    },
  ],
  'forward-auth': [
    async (t) => {
      const { url } = await startService(t, ({ headers: { authorization = '401' } }, res) => {
        res.writeHead(Number(authorization), { 'www-authenticate': 'Status', 'x-other': 'a' }).end()
      })
      return { route: { auth: asking(url) }, play: sending({}, ...['204', '401', '403'].map((authorization) => ({ authorization }))) }
    },
    { route: { auth: asking(NOWHERE) }, play: sending({ authorization: 'a' }) },
  ],
} satisfies ScenesOf
