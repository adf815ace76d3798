import { listFieldsOf } from '../../sdk/body-media.js'
import { readUrlEncoded } from '../pipeline/read-form.js'
import { writeUrlEncoded } from '../pipeline/write-form.js'
import type { CreateFormat } from './body-format.js'
import { ConversionError } from './conversion-error.js'

const NO_LISTS: ReadonlySet<string> = new Set()

function checkFields(value: unknown): asserts value is object {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new ConversionError('shape', 'a form is an object of fields')
  for (const [name, field] of Object.entries(value))
    for (const one of Array.isArray(field) ? field : [field])
      if (typeof one === 'object' && one !== null && !(one instanceof Date))
        throw new ConversionError('shape', `the field \`${name}\` holds an object, or a list in a list`)
}

/** URL-encoded forms ↔ JSON: fields by name, lists where repeated or where the schema has one; every value a text, in UTF-8. */
export const createFormFormat: CreateFormat = ({ settings: { contentType }, schema }) => {
  const lists = schema ? listFieldsOf(schema) : NO_LISTS
  return {
    name: 'a form',
    mediaType: 'application/x-www-form-urlencoded',
    contentType: contentType ?? 'application/x-www-form-urlencoded',
    matches: (type) => /^application\/x-www-form-urlencoded\s*(?:;|$)/i.test(type),
    read: (bytes) => ({ ...readUrlEncoded(bytes, lists) }),
    write(value) {
      checkFields(value)
      return Buffer.from(writeUrlEncoded(value).bytes)
    },
  }
}
