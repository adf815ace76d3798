import { call, compose, defineGateway, route, upstream } from 'gatewright'
import { z } from 'zod'
import { settings } from './settings.js'

const at = (port: number) => ({ targets: [`http://127.0.0.1:${port}`] })
const profiles = upstream('profiles', at(settings.profilePort))
const ordersApi = upstream('orders', at(settings.ordersPort))
const recommender = upstream('recommender', at(settings.picksPort))

const Profile = z.object({ id: z.string(), name: z.string(), customer: z.int() }).meta({ id: 'Profile' })
const Order = z.object({ id: z.int(), item: z.string() }).meta({ id: 'Order' })

const profile = call(profiles, { path: '/profiles/{id}', response: Profile })

// Only the profile knows under which number the order service has the customer.
const orders = call(ordersApi, {
  needs: { profile },
  path: '/customers/{customer}/orders',
  params: ({ profile }) => ({ customer: profile.customer }),
  query: { limit: 3 },
  response: z.array(Order),
})

// Nice to have: the screen does not wait for it.
const picks = call(recommender, { path: '/picks/{id}', response: z.array(z.string()), optional: true, timeout: '300ms' })

export default defineGateway({
  info: { title: 'Mobile API', version: '1.0.0' },
  tags: { screens: 'One request for each screen.' },
  server: { host: '127.0.0.1', port: settings.gatewayPort, preStop: '0s', drain: '5s' },
  admin: false,
  log: { level: 'error' },
  routes: {
    screens: {
      /** Returns everything that the home screen shows. */
      home: route({ method: 'GET', path: '/screens/home/{id}', compose: compose({ profile, orders, picks }) }),
    },
  },
})
