import type { IncomingMessage } from 'node:http'
import { Problem } from '../../sdk/index.js'
import { type AdminRefusal, readJson } from './read-json.js'

/** Serves `POST /revocations`: 204 once every process is told, 400 with what is wrong, 503 if the shared store cannot take it. */
export async function revokeRoute(req: IncomingMessage, revoke: (given: unknown) => Promise<void>): Promise<AdminRefusal> {
  if (req.method !== 'POST') return { status: 405, message: 'Revoke with POST.' }
  const body = await readJson(req)
  if (!('json' in body)) return body
  try {
    await revoke(body.json)
    return { status: 204, message: '' }
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    if (error.code === 'INVALID_REQUEST') return { status: 400, message: error.message }
    return { status: 503, message: 'The shared store cannot take the revocation; try again.' }
  }
}
