import type { IncomingMessage } from 'node:http'
import { Problem } from '../../sdk/index.js'
import type { AdminReply } from './admin-reply.js'
import { readJson } from './read-json.js'

/** Serves `POST /revocations`: 204 once every process is told, 400 with what is wrong, 503 if the shared store cannot take it. */
export async function answerRevocation(req: IncomingMessage, revoke: (given: unknown) => Promise<void>): Promise<AdminReply> {
  if (req.method !== 'POST') return { status: 405, body: 'Revoke with POST.\n' }
  const read = await readJson(req)
  if (!('json' in read)) return read
  try {
    await revoke(read.json)
    return { status: 204, body: '' }
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    if (error.code === 'INVALID_REQUEST') return { status: 400, body: `${error.message}\n` }
    return { status: 503, body: 'The shared store cannot take the revocation; try again.\n' }
  }
}
