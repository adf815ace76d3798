import test from 'ava'
import { apiKey } from 'gatewright'
import { mintApiKey } from '../../runtime/auth/api-key-format.js'
import { LANES } from '../helpers/start-gateway.js'
import { startGuarded } from './authorization-gateway.js'

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
}
