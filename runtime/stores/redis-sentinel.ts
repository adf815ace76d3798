import { createClient } from 'redis'
import { Problem } from '../../sdk/index.js'
import type { Locate } from './redis-connection.js'

const ASK_MS = 500

/** Asks one sentinel for the master's address; undefined if it does not answer in time or does not know. */
async function ask(url: URL, name: string): Promise<readonly [host: string, port: string] | undefined> {
  const { protocol, host } = url
  const client = createClient({
    url: `${protocol}//${host}`,
    RESP: 2,
    disableOfflineQueue: false,
    socket: { connectTimeout: ASK_MS, socketTimeout: ASK_MS, reconnectStrategy: false },
  })
  client.on('error', () => undefined)
  try {
    await client.connect()
    const reply: unknown = await client.sendCommand(['SENTINEL', 'get-master-addr-by-name', name])
    if (Array.isArray(reply) && reply.length === 2) return [String(reply[0]), String(reply[1])]
  } catch {
    // The next sentinel is asked.
  } finally {
    client.destroy()
  }
  return undefined
}

/** Finds the master that sentinels agree on, anew for every connection. Credentials and database in the first URL are those of the master. */
export function locateMaster(urls: readonly string[], name: string): Locate {
  return async () => {
    for (const sentinel of urls) {
      const found = await ask(new URL(sentinel), name)
      if (!found) continue
      const master = new URL(urls[0] as string)
      const [host, port] = found
      master.hostname = host.includes(':') ? `[${host}]` : host
      master.port = port
      return master.href
    }
    throw new Problem('UNAVAILABLE', { detail: 'No sentinel knows the master.' })
  }
}
