import { Problem } from '../../sdk/index.js'

/** Most fields and files of one form. */
const MOST_PARTS = 1_000

/** Longest name of a field, in bytes. */
const LONGEST_NAME = 256

type FormValue = string | File

/** The fields of a form by name: a list where one is repeated or the schema says so. */
export type FormFields = Readonly<Record<string, FormValue | readonly FormValue[]>>

const refuse = (message: string) =>
  new Problem('INVALID_REQUEST', {
    detail: `The body is no form that can be read: ${message}.`,
    extensions: { errors: [{ in: 'body', path: '', message }] },
  })

/** Fields as they come in. Without a prototype, so that no name reaches one. */
class FormReader {
  readonly fields: Record<string, FormValue | FormValue[]> = Object.create(null)
  readonly #lists: ReadonlySet<string>
  #parts = 0

  constructor(lists: ReadonlySet<string>) {
    this.#lists = lists
  }

  add(name: string | undefined, value: FormValue): void {
    if (!name) throw refuse('a part has no name')
    if (Buffer.byteLength(name) > LONGEST_NAME) throw refuse(`a name is longer than ${LONGEST_NAME} bytes`)
    if (++this.#parts > MOST_PARTS) throw refuse(`more than ${MOST_PARTS} parts`)
    const before = this.fields[name]
    if (Array.isArray(before)) before.push(value)
    else this.fields[name] = before === undefined ? (this.#lists.has(name) ? [value] : value) : [before, value]
  }
}

/**
 * Reads a URL-encoded form (WHATWG URL Standard section 5.1).
 * @throws Problem INVALID_REQUEST if it has too many fields
 */
export function readUrlEncoded(bytes: Uint8Array, lists: ReadonlySet<string>): FormFields {
  const reader = new FormReader(lists)
  for (const [name, value] of new URLSearchParams(Buffer.from(bytes).toString('utf8'))) reader.add(name, value)
  return reader.fields
}

/**
 * Reads a multipart form (RFC 7578); files keep the last part of their name and their declared type.
 * @throws Problem INVALID_REQUEST if it is malformed or has too many parts
 */
export async function readMultipart(bytes: Uint8Array, contentType: string, lists: ReadonlySet<string>): Promise<FormFields> {
  const { default: busboy } = await import('busboy')
  const reader = new FormReader(lists)
  await new Promise<void>((resolve, reject) => {
    const fail = (error: unknown) => reject(error instanceof Problem ? error : refuse('malformed multipart/form-data'))
    const guarded = (act: () => void) => {
      try {
        act()
      } catch (error) {
        fail(error)
      }
    }
    guarded(() => {
      const limits = { parts: MOST_PARTS + 1, fieldSize: bytes.length + 1, fieldNameSize: LONGEST_NAME + 1, headerPairs: 32 }
      const parser = busboy({ headers: { 'content-type': contentType }, limits, defParamCharset: 'utf8' })
      parser.on('field', (name, value) => guarded(() => reader.add(name, value)))
      parser.on('file', (name, stream, { filename, mimeType }) => {
        const chunks: Uint8Array[] = []
        stream.on('data', (chunk: Uint8Array) => chunks.push(chunk))
        stream.on('error', fail)
        stream.on('end', () => guarded(() => reader.add(name, new File(chunks as never, filename ?? '', { type: mimeType }))))
      })
      parser.on('error', fail)
      parser.on('close', resolve)
      parser.end(bytes)
    })
  })
  return reader.fields
}
