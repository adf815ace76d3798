import type { IncomingMessage } from 'node:http'
import { Problem } from '../../sdk/index.js'
import type { AdminReply } from './admin-reply.js'
import { readJson } from './read-json.js'

/** What operators list and set by name. */
export interface Settable {
  /** The path that lists them, such as `/breakers`; each is set at a path below it. */
  readonly path: string
  /** What stands for a name in messages, such as `{upstream}`. */
  readonly names: string
  /** Says what to send. */
  readonly form: string
  list(): readonly unknown[]
  /** Throws a problem for what does not exist, or cannot be so. */
  set(name: string, to: unknown): void
  /** What is shown of a name once it is set. */
  show(name: string): unknown
}

const json = (value: unknown): AdminReply => ({ status: 200, type: 'application/json', body: `${JSON.stringify(value)}\n` })

/** Serves `GET` of the list, where no name is given, and `POST` of one name. */
export async function answerSettable(req: IncomingMessage, name: string | undefined, of: Settable): Promise<AdminReply> {
  const { path, names, form } = of
  if (name === undefined) {
    if (req.method === 'GET' || req.method === 'HEAD') return json(of.list())
    return { status: 405, body: `Use GET, or POST to ${path}/${names}.\n` }
  }
  if (req.method !== 'POST') return { status: 405, body: `Use POST, or GET of ${path}.\n` }
  const read = await readJson(req)
  if (!('json' in read)) return { ...read, body: read.body + form }
  try {
    of.set(name, read.json)
    return json(of.show(name))
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    return error.code === 'NOT_FOUND' ? { status: 404, body: `${error.message}\n` } : { status: 400, body: `${error.message} ${form}` }
  }
}
