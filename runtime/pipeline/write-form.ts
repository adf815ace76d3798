import { Problem } from '../../sdk/index.js'

/** A body as it goes upstream. */
export interface WrittenBody {
  readonly contentType: string
  readonly bytes: Uint8Array
}

function textOf(value: unknown, name: string): string {
  if (value instanceof Date) return value.toISOString()
  if (typeof value === 'object') throw new Problem('INTERNAL', { cause: new TypeError(`the field \`${name}\` of a form is an object`) })
  return String(value)
}

/** Calls `add` for every value of a form's fields; null and undefined are left out. */
function eachValue(fields: object, add: (name: string, value: string | File) => void): void {
  for (const [name, given] of Object.entries(fields))
    for (const value of Array.isArray(given) ? given : [given])
      if (value !== undefined && value !== null) add(name, value instanceof File ? value : textOf(value, name))
}

/** Writes fields as a URL-encoded form (WHATWG URL Standard section 5.2). */
export function writeUrlEncoded(fields: object): WrittenBody {
  const form = new URLSearchParams()
  eachValue(fields, (name, value) => form.append(name, value as string))
  return { contentType: 'application/x-www-form-urlencoded', bytes: Buffer.from(form.toString()) }
}

/** Writes fields and files as a multipart form (RFC 7578) with a boundary of its own. */
export async function writeMultipart(fields: object): Promise<WrittenBody> {
  const form = new FormData()
  eachValue(fields, (name, value) => form.append(name, value))
  const encoded = new Response(form)
  return { contentType: encoded.headers.get('content-type') as string, bytes: new Uint8Array(await encoded.arrayBuffer()) }
}
