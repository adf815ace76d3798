import { type CapturedResponse, Problem, type Schema } from '../../sdk/index.js'
import { parseWith } from '../../sdk/schemas/values.js'

const invalid = (detail: string, cause?: unknown) => new Problem('UPSTREAM_INVALID_RESPONSE', { detail, cause })

/**
 * What a call's response comes to: its JSON, as the schema yields it.
 * @throws Problem UPSTREAM_INVALID_RESPONSE for a status outside of 200 to 299, and for what is no JSON or does not match
 */
export function readAnswer({ status, body }: CapturedResponse, schema: Schema): unknown {
  if (status < 200 || status > 299) throw invalid(`The upstream answered ${status}.`)
  let json: unknown
  try {
    json = body.length === 0 ? undefined : JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8'))
  } catch (cause) {
    throw invalid('The upstream’s response is not JSON.', cause)
  }
  const result = parseWith(schema, json)
  if (!result.success) throw invalid('The upstream’s response does not match its schema.', result.error)
  return result.data
}
