import type { Shop } from './shop.js'

/** The demo partner's API key; the config has its hash. */
export const PARTNER_KEY = 'shop_DemoKeyOfTheWarehousePartner0001_0U8nod'

/** Prints what is open, commands to try, and files to read. */
export async function welcome(shop: Shop, print: (line?: string) => void): Promise<void> {
  const token = await shop.signIn('mia', 3_600)
  const order = {
    items: [{ sku: 'COF-1001', quantity: 2 }],
    shipTo: { name: 'Mia', street: 'Hafenweg 3', city: 'Kiel', postcode: '24103', country: 'DE' },
  }
  print(`
  The shop is open.

    API        ${shop.url}/products
    metrics    ${shop.adminUrl}/metrics
    readiness  ${shop.adminUrl}/readyz
    issuer     ${shop.issuerUrl}/.well-known/jwks.json
    processes  ${shop.roster}

  Try (Mia is on the free plan: 20 requests a minute; the token is good for an hour):

    TOKEN=${token}
    curl -i '${shop.url}/products?category=tea&maxPrice=1200'
    curl -o cup.png ${shop.url}/products/CUP-4001/image
    curl -i ${shop.url}/account -H "authorization: Bearer $TOKEN"
    curl -i ${shop.url}/orders -H "authorization: Bearer $TOKEN" -H 'content-type: application/json' \\
         -d '${JSON.stringify(order)}'
    curl -s ${shop.url}/stock -H 'x-api-key: ${PARTNER_KEY}'

  Read:

    examples/shop/gateway.config.ts   the gateway: routes, auth, limits, transforms
    examples/shop/translate.ts        how legacy answers become the public API
    examples/shop/generated/          the OpenAPI document and the client made from it
    examples/shop/session/            the session below, played through that client`)
}
