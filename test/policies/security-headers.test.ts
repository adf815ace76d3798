import test from 'ava'
import { headers, securityHeaders } from 'gatewright'
import { securityHeadersDefinition } from '../../sdk/policies/security-headers.js'
import { LANES } from '../helpers/start-gateway.js'
import { gatewayWith } from './edge-gateway.js'
import { edited, policyExchange } from './policy-exchange.js'
import { runPolicy } from './run-policy.js'

const linesOf = (policy: ReturnType<typeof securityHeaders>, exchange = policyExchange({ 'x-forwarded-proto': 'https' })) => {
  runPolicy(policy).respond(exchange)
  return Object.fromEntries(edited([], exchange.responseEdits))
}

test('the preset, over HTTPS', (t) => {
  t.deepEqual(linesOf(securityHeaders()), {
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'referrer-policy': 'no-referrer',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
    'strict-transport-security': 'max-age=63072000; includeSubDomains',
  })
})

test('no Strict-Transport-Security over plain HTTP (RFC 6797 section 7.2)', (t) => {
  t.false('strict-transport-security' in linesOf(securityHeaders(), policyExchange()))
})

test('each can be set and left out, and what is declared is what is sent', (t) => {
  const options = {
    strictTransportSecurity: false,
    contentTypeOptions: false,
    contentSecurityPolicy: "default-src 'self'",
    referrerPolicy: false,
    crossOriginResourcePolicy: 'cross-origin',
    permissionsPolicy: false,
  } as const
  const sent = linesOf(securityHeaders(options))
  t.deepEqual(sent, { 'content-security-policy': "default-src 'self'", 'cross-origin-resource-policy': 'cross-origin' })
  const declared = securityHeadersDefinition.effects(securityHeadersDefinition.options.parse(options)).headers ?? []
  t.deepEqual(declared.map(({ name }) => name.toLowerCase()).sort(), Object.keys(sent).sort())
})

for (const lifecycle of LANES)
  test(`${lifecycle}: they replace the upstream’s, stand on problems too, and \`headers\` has the last word`, async (t) => {
    const { gateway } = await gatewayWith(t, securityHeaders(), {
      lifecycle,
      answer: (_request, res) => void res.writeHead(200, { 'referrer-policy': 'unsafe-url' }).end('{}'),
      route: {
        use: { own: headers({ response: { set: { 'cross-origin-resource-policy': 'same-site' } } }), safe: securityHeaders() },
        bodyLimit: '1b',
      },
    })
    const { headers: got } = await fetch(gateway.url)
    t.is(got.get('referrer-policy'), 'no-referrer')
    t.is(got.get('cross-origin-resource-policy'), 'same-site')
    const refused = await fetch(gateway.url, { method: 'POST', body: 'long' })
    t.is(refused.status, 413)
    t.is(refused.headers.get('x-content-type-options'), 'nosniff')
  })
