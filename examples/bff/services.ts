import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { settings } from './settings.js'

/** How the recommender is: quick, or too slow for a screen. */
export interface Mood {
  slow: boolean
}

function service(answer: (path: string) => unknown): Server {
  return createServer((request, response) => {
    const found = answer((request.url as string).split('?')[0] as string)
    if (found instanceof Promise) return
    response.writeHead(found === undefined ? 404 : 200, { 'content-type': 'application/json' }).end(JSON.stringify(found ?? {}))
  })
}

/** Starts the three services behind the gateway; resolves to what stops them. */
export async function startServices(mood: Mood): Promise<() => void> {
  const people: Readonly<Record<string, object>> = { ada: { id: 'ada', name: 'Ada', customer: 17 } }
  const servers: readonly (readonly [Server, number])[] = [
    [service((path) => people[path.replace('/profiles/', '')]), settings.profilePort],
    [service((path) => (path === '/customers/17/orders' ? [{ id: 1, item: 'Tea' }] : undefined)), settings.ordersPort],
    [service(() => (mood.slow ? Promise.resolve() : ['Scones', 'Jam'])), settings.picksPort],
  ]
  await Promise.all(servers.map(([server, port]) => once(server.listen(port, '127.0.0.1'), 'listening')))
  return () => {
    for (const [server] of servers) {
      server.close()
      server.closeAllConnections()
    }
  }
}
