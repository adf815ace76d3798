import test from 'ava'
import { apiKey, httpSignature, mtls } from 'gatewright'
import { mintApiKey } from '../../runtime/auth/api-key-format.js'
import { signMessage } from '../helpers/sign-message.js'
import { LANES } from '../helpers/start-gateway.js'
import { hmac } from '../helpers/tokens.js'
import { startGuarded } from './authorization-gateway.js'
import { policyExchange } from './policy-exchange.js'
import { runPolicy } from './run-policy.js'

const [acme, globex] = [mintApiKey(), mintApiKey()]
const partner = apiKey({
  keys: [
    { id: 'a', hash: acme.hash, consumer: 'acme' },
    { id: 'g', hash: globex.hash, consumer: 'globex' },
  ],
})
const by = ({ key }: { readonly key: string }) => ({ 'x-api-key': key })
const FORBIDDEN = { status: 403, code: 'FORBIDDEN', challenge: null }

for (const lifecycle of LANES) {
  test(`${lifecycle}: \`allow\` names who may pass, \`deny\` who may not`, async (t) => {
    const allowed = await startGuarded(t, partner, partner.consumers({ allow: ['acme'] }), lifecycle)
    t.is((await allowed.ask(by(acme))).status, 200)
    t.deepEqual(await allowed.ask(by(globex)), FORBIDDEN)
    const denied = await startGuarded(t, partner, partner.consumers({ deny: ['acme'] }), lifecycle)
    t.deepEqual(await denied.ask(by(acme)), FORBIDDEN)
    t.is((await denied.ask(by(globex))).status, 200)
    t.is((await denied.ask({})).status, 401)
  })

  test(`${lifecycle}: in shadow nobody is refused`, async (t) => {
    const { ask } = await startGuarded(t, partner, partner.consumers({ allow: ['acme'], mode: 'shadow' }), lifecycle)
    t.is((await ask(by(globex))).status, 200)
  })

  test(`${lifecycle}: a signature's consumer is one too`, async (t) => {
    const bytes = Buffer.alloc(32, 'a')
    const key = { algorithm: 'hmac-sha256', secret: bytes.toString('base64') } as const
    const keys = ['acme', 'globex'].map((consumer) => ({ ...key, id: consumer, consumer }))
    const signed = httpSignature({ keys, components: ['@method'], nonce: 'ignore' })
    const { ask } = await startGuarded(t, signed, signed.consumers({ deny: ['globex'] }), lifecycle)
    const signedBy = (id: string) => {
      const parameters = `;created=${Math.floor(Date.now() / 1_000)};keyid="${id}"`
      return signMessage({ components: [['@method', 'GET']], parameters }, hmac(bytes))
    }
    t.is((await ask(signedBy('acme'))).status, 200)
    t.deepEqual(await ask(signedBy('globex')), FORBIDDEN)
  })
}

test('a certificate’s consumer is one too, and the consumer of another auth is none', (t) => {
  const { code } = runPolicy(mtls({ consumers: [{ consumer: 'acme', san: 'DNS:acme.example' }] }).consumers({ allow: ['acme'] }))
  const met = (auth: unknown) => {
    const exchange = policyExchange()
    exchange.auth = auth
    return code(exchange)
  }
  t.is(met({ kind: 'mtls', consumer: 'acme' }), undefined)
  for (const auth of [{ kind: 'mtls', consumer: 'globex' }, { kind: 'apiKey', consumer: 'acme' }, undefined]) t.is(met(auth), 'FORBIDDEN')
})
