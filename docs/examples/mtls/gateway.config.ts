import { defineGateway, mtls, route, upstream } from 'gatewright'
import { z } from 'zod'

const shop = upstream('shop', { targets: ['http://127.0.0.1:4001'] })

const services = mtls({
  consumers: [
    { consumer: 'billing', san: 'URI:spiffe://example.org/billing', metadata: { tier: 'gold' } },
    { consumer: 'legacy', subject: 'C=GB, O=Acme, CN=legacy', metadata: { tier: 'tin' } },
  ],
  metadata: z.object({ tier: z.enum(['gold', 'tin']) }),
})

export default defineGateway({
  info: { title: 'Shop API', version: '1.0.0' },
  server: { tls: { certFile: 'tls/cert.pem', keyFile: 'tls/key.pem', clientCaFile: 'tls/clients.pem' } },
  routes: {
    orders: { list: route({ method: 'GET', path: '/orders', upstream: shop, auth: services }) },
  },
})
