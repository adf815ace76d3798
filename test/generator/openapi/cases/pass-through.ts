import { defineGateway, route, upstream } from 'gatewright'

const files = upstream('storage-backend', { targets: ['http://10.1.2.3:4001'] })

/** The least that a gateway needs: nothing is declared beyond where requests go. */
export const passThrough = defineGateway({
  info: { title: 'Files', version: '0.1.0' },
  routes: {
    files: {
      read: route({ method: 'GET', path: '/files/{path*}', upstream: files }),
      write: route({ method: 'PUT', path: '/files/{path*}', upstream: files, bodyLimit: '64mb' }),
      remove: route({ method: 'DELETE', path: '/files/{path*}', upstream: files }),
      anything: route({ method: '*', path: '/files/{path*}', upstream: files }),
    },
    changes: route({
      method: 'GET',
      path: '/changes',
      upstream: files,
      websocket: { origins: ['https://files.example.org'], maxPerConsumer: 5 },
    }),
    health: route({ method: 'GET', path: '/health', upstream: files, responses: { 200: 'text', 304: 'empty' } }),
  },
})
