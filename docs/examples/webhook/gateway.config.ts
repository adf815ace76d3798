import { defineGateway, githubWebhook, route, standardWebhooks, stripeWebhook, upstream, webhook } from 'gatewright'

const shop = upstream('shop', { targets: ['http://127.0.0.1:4001'] })

// Secrets belong in the environment: env('STRIPE_SECRET'). Two of them while one replaces the other.
const stripe = stripeWebhook({ secret: ['whsec_the_new_example_secret', 'whsec_the_old_example_secret'], tolerance: '2m' })
const github = githubWebhook({ secret: 'an example secret of GitHub' })
const billing = standardWebhooks({ secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' })
// The presets are short for this.
const ledger = webhook({ scheme: 'standard', secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', forward: true })

export default defineGateway({
  info: { title: 'Shop API', version: '1.0.0' },
  routes: {
    hooks: {
      stripe: route({ method: 'POST', path: '/hooks/stripe', upstream: shop, auth: stripe }),
      github: route({ method: 'POST', path: '/hooks/github', upstream: shop, auth: github }),
      billing: route({ method: 'POST', path: '/hooks/billing', upstream: shop, auth: billing }),
      ledger: route({ method: 'POST', path: '/hooks/ledger', upstream: shop, auth: ledger }),
    },
  },
})
