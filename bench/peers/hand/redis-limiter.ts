import { createClient } from 'redis'
import { LIMIT_SCRIPT } from '../../../runtime/stores/limit-script.js'

/** The hand-written limit's 60,000,000 a minute, in whole microseconds. */
const EMISSION = 1
const CAPACITY = 60_000_000

/** Connects to Redis, and returns a function that takes one request from a caller's limit: the requests left, or -1. */
export async function connectLimiter(url: string): Promise<(caller: string) => Promise<number>> {
  const client = createClient({
    url,
    RESP: 2,
    maintNotifications: 'disabled',
    disableClientInfo: true,
    // Without this the client makes a timer and an abort signal for each command.
    commandOptions: { timeout: undefined as unknown as number },
  })
  await client.connect()
  await client.sendCommand(['SCRIPT', 'LOAD', LIMIT_SCRIPT.text])
  return async (caller) => {
    const command = ['EVALSHA', LIMIT_SCRIPT.sha, '1', `bare:{${caller}}`, '1', String(EMISSION), String(CAPACITY)]
    const [admitted, backlog] = (await client.sendCommand(command)) as unknown as [number, number]
    return admitted === 1 ? CAPACITY - backlog : -1
  }
}
