import { defineGateway, httpSignature, route, upstream } from 'gatewright'

const shop = upstream('shop', { targets: ['http://127.0.0.1:4001'] })

// The secret belongs in the environment: env('ACME_SECRET').
const partner = httpSignature({
  keys: [
    { id: 'acme-2030', algorithm: 'hmac-sha256', secret: 'c2hvcC1leGFtcGxlLXNlY3JldC1vZi0zMi1ieXRlcyE=', consumer: 'acme' },
    {
      id: 'globex-1',
      algorithm: 'ed25519',
      publicKey: '-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=\n-----END PUBLIC KEY-----',
      consumer: 'globex',
    },
  ],
  components: ['@method', '@target-uri'],
  maxAge: '1m',
})

export default defineGateway({
  info: { title: 'Shop API', version: '1.0.0' },
  routes: {
    orders: { create: route({ method: 'POST', path: '/orders', upstream: shop, auth: partner }) },
  },
})
