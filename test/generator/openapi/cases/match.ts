import { defineGateway, route, upstream } from 'gatewright'
import { z } from 'zod'

const api = upstream('pages-backend', { targets: ['http://10.1.2.3:4001'] })

/** Routes that OpenAPI cannot tell apart by path and method alone. */
export const matchGateway = defineGateway({
  info: { title: 'Pages', version: '3.0.0' },
  routes: {
    pages: {
      get: route({ method: 'GET', path: '/pages/{id}', upstream: api, responses: { 200: 'text' } }),
      getBeta: route({ method: 'GET', path: '/pages/{id}', upstream: api, match: { headers: { 'x-channel': 'beta' } } }),
      getByNumber: route({ method: 'GET', path: '/pages/{number:[0-9]+}', upstream: api }),
      getDeep: route({ method: 'GET', path: '/pages/{rest*}', upstream: api, match: { host: 'deep.example.org' } }),
      change: route({ method: 'PATCH', path: '/pages/{name}', upstream: api, params: z.object({ name: z.string().min(1) }) }),
    },
    exports: {
      csv: route({
        method: 'GET',
        path: '/export',
        upstream: api,
        match: { headers: { 'x-version': { pattern: '^2' }, accept: 'text/csv' }, query: { format: 'csv' } },
        responses: { 200: 'text' },
      }),
    },
  },
})
