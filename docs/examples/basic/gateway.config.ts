import { basic, defineGateway, ip, rateLimit, route, upstream } from 'gatewright'
import { z } from 'zod'

const shop = upstream('shop', { targets: ['http://127.0.0.1:4001'] })

const staff = basic({
  realm: 'Shop back office',
  users: [
    {
      name: 'ada',
      // gatewright keys hash --password
      password: '$scrypt$ln=15,r=8,p=1$8tF1VGzuu3NYW54sg4Pn3Q$0rK5N4W9Q3nJ8xF2mT7vZ1cYb6LpGdHsAeUiOoRkXwE',
      metadata: { team: 'stock' },
    },
  ],
  metadata: z.object({ team: z.enum(['stock', 'sales']) }),
})

export default defineGateway({
  info: { title: 'Shop API', version: '1.0.0' },
  // Runs before the passwords: few guesses from one address, however cheap they are to make.
  use: { guesses: rateLimit({ by: ip, limit: '30/min' }) },
  routes: {
    stock: { list: route({ method: 'GET', path: '/stock', upstream: shop, auth: staff }) },
  },
})
