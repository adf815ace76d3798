// Composed routes: what is inferred, and what must not compile. Each error has to be on the line under its comment.

import { bodyOf, call, compose, derive, each, group, ip, type PartFailure, param, partErrors, queryParam, route } from 'gatewright'
import { z } from 'zod'
import type { ScreensHomeResult } from '../../examples/bff/generated/client/screens.js'
import { exact, typeOf } from './exact.js'
import { session, users } from './shared.js'

const Profile = z.object({ id: z.string(), segment: z.enum(['new', 'old']) })
const Order = z.object({ id: z.number(), sku: z.string() })
const Cart = z.object({ sku: z.string() })

const profile = call(users, { path: '/profiles/{id}', response: Profile })
const orders = call(users, {
  needs: { profile, sub: session.key((auth) => auth.claims.sub) },
  path: '/of/{segment}/orders',
  params: ({ profile }) => ({ segment: profile.segment }),
  query: ({ sub }) => ({ customer: sub, limit: 3 }),
  response: z.array(Order),
  optional: true,
  timeout: '300ms',
})
const products = each(
  orders,
  (order) => call(users, { needs: { order }, path: '/products/{sku}', params: ({ order }) => ({ sku: order.sku }), response: z.string() }),
  { concurrency: 4, max: 10 },
)
const count = derive({ orders }, ({ orders }) => orders?.length ?? 0)
const composed = compose({ profile, orders, products, count })

type ResultOf<T> = T extends { readonly '~result'?: (() => infer R) | undefined } ? R : never
const result = typeOf<ResultOf<typeof composed>>()
exact<{ id: string; segment: 'new' | 'old' }>()(result.profile)
exact<{ id: number; sku: string }[] | null>()(result.orders)
exact<string[]>()(result.products)
exact<number>()(result.count)
exact<PartFailure<'orders'>[] | undefined>()(result.errors)
// Where nothing is optional there are no errors.
const whole = compose({ profile })
exact<'profile'>()(typeOf<keyof ResultOf<typeof whole>>())

route({ method: 'GET', path: '/home/{id}', auth: session, compose: composed })
route({
  method: 'GET',
  path: '/home/{id}',
  auth: session,
  params: z.object({ id: z.coerce.number() }),
  compose: composed,
  responses: {
    200: z.object({ profile: Profile, orders: z.array(Order).nullable(), errors: partErrors('orders').optional() }),
    404: 'problem',
  },
})
group({ prefix: '/people/{id}', auth: session }).route({ method: 'GET', path: '/home', compose: composed })
route({
  method: 'POST',
  path: '/home/{id}',
  body: Cart,
  query: z.object({ page: z.string().optional() }),
  compose: compose(
    { profile, page: queryParam('page'), id: param('id'), cart: bodyOf(Cart), ip },
    { map: async ({ profile, cart, errors }) => ({ name: profile.id, sku: cart.sku, failed: errors.length }) },
  ),
  responses: { 200: z.object({ name: z.string(), sku: z.string(), failed: z.number() }) },
})

route({
  method: 'GET',
  path: '/items/{n}',
  params: z.object({ n: z.coerce.number() }),
  compose: compose({ n: param('n', z.number()), next: derive({ n: param('n', z.number()) }, ({ n }) => n + 1) }),
})

call(users, {
  path: '/orders',
  needs: { profile, id: param('id') },
  affinity: ({ profile, id }) => profile.segment + id,
  retry: { attempts: 1, nonIdempotent: true },
  hedge: false,
  response: Order,
})
route({ method: 'GET', path: '/home/{id}', auth: session, retry: false, hedge: false, compose: composed })

// What the generated client of examples/bff says of the optional part.
const shown = typeOf<Extract<ScreensHomeResult, { readonly ok: true }>>()
exact<string[] | null>()(shown.data.picks)
exact<'picks' | undefined>()(shown.data.errors?.[0]?.part)
exact<PartFailure['code'] | undefined>()(shown.data.errors?.[0]?.code)

// --- refusals -------------------------------------------------------------------------------------------------------

// @ts-expect-error a string is no upstream
call('users', { path: '/', response: Profile })

route({
  method: 'GET',
  path: '/home/{person}',
  auth: session,
  // @ts-expect-error a part takes {id}, which the route's path lacks
  compose: composed,
})
route({
  method: 'GET',
  path: '/home/{id}',
  // @ts-expect-error a part reads an auth that the route does not have
  compose: composed,
})
call(users, {
  path: '/orders/{order}',
  needs: { profile },
  // @ts-expect-error the path has no {id}
  params: ({ profile }) => ({ id: profile.id }),
  response: Order,
})
call(users, {
  path: '/orders/{order}',
  needs: { profile },
  // @ts-expect-error a profile has no name
  params: ({ profile }) => ({ order: profile.name }),
  response: Order,
})
call(users, {
  path: '/orders',
  needs: { orders },
  // @ts-expect-error an optional part may be null
  query: ({ orders }) => ({ first: orders[0]?.id }),
  response: Order,
})
call(users, {
  path: '/orders',
  needs: { profile },
  // @ts-expect-error a part that is not among `needs`
  query: ({ orders }) => ({ first: String(orders) }),
  response: Order,
})
call(users, {
  method: 'POST',
  path: '/orders',
  needs: { profile },
  upstreamBody: Cart,
  // @ts-expect-error the body is not what the upstream takes
  body: ({ profile }) => ({ name: profile.id }),
  response: Order,
})
// @ts-expect-error the fallback does not match the schema
call(users, { path: '/orders', response: z.array(Order), fallback: [{ id: 'one' }] })
// @ts-expect-error a duration
call(users, { path: '/orders', response: Order, timeout: '3 seconds' })
// @ts-expect-error a key is a text
call(users, { path: '/orders', needs: { profile }, affinity: ({ profile }) => profile, response: Order })
// @ts-expect-error an unknown option of `retry`
call(users, { path: '/orders', retry: { times: 2 }, response: Order })
// @ts-expect-error an element has no name
each(orders, (order) => call(users, { needs: { order }, path: '/p/{sku}', params: ({ order }) => ({ sku: order.name }), response: Order }))
// @ts-expect-error there is no part `order`
compose({ profile, orders }, { map: ({ profile, order }) => ({ profile, order }) })
// @ts-expect-error an optional part may be null
compose({ profile, orders }, { map: ({ orders }) => ({ first: orders[0] }) })
// @ts-expect-error not a part
compose({ profile: Profile })
// @ts-expect-error `errors` is taken
compose({ errors: profile })
// @ts-expect-error an unknown option
compose({ profile }, { mapp: () => 1 })
route({
  method: 'GET',
  path: '/home/{id}',
  auth: session,
  // @ts-expect-error the declared response does not let orders be null
  compose: composed,
  responses: { 200: z.object({ profile: Profile, orders: z.array(Order) }) },
})
route({
  method: 'GET',
  path: '/home/{id}',
  // @ts-expect-error the mapped response is not the declared one
  compose: compose({ profile }, { map: ({ profile }) => ({ title: profile.id }) }),
  responses: { 200: z.object({ name: z.string() }) },
})
route({
  method: 'POST',
  path: '/home/{id}',
  body: z.object({ name: z.string() }),
  // @ts-expect-error the route's body is another
  compose: compose({ profile, cart: bodyOf(Cart) }),
})
