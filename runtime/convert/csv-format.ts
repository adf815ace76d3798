import { CsvError, parse } from 'csv-parse/sync'
import { stringify } from 'csv-stringify/sync'
import { fieldNamesOf } from '../../sdk/body-media.js'
import type { BodyFormat, CreateFormat } from './body-format.js'
import { ConversionError } from './conversion-error.js'
import { charsetOf, decodeText } from './decode-text.js'

type Row = Readonly<Record<string, unknown>>

const malformed = (message: string) => new ConversionError('malformed', message)
const wrong = (message: string) => new ConversionError('shape', message)

/** Parses to lists of texts; the bound holds while it does. */
function recordsIn(text: string, delimiter: string, values: number): string[][] {
  let count = 0
  const counted = (record: string[]) => {
    count += record.length
    if (count > values) throw malformed(`more than ${values} fields`)
    return record
  }
  try {
    return parse(text, {
      delimiter,
      record_delimiter: ['\r\n', '\n', '\r'],
      skip_empty_lines: true,
      on_record: counted as never,
    }) as string[][]
  } catch (error) {
    if (error instanceof CsvError) throw malformed(`not CSV at line ${error['lines'] ?? 1}`)
    throw error
  }
}

function checkNames(names: readonly string[]): void {
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) throw malformed(`two columns are called ${JSON.stringify(twice)}`)
  if (names.includes('__proto__')) throw malformed('a column is called `__proto__`')
}

function readCsv(text: string, delimiter: string, values: number): Row[] {
  const [names, ...records] = recordsIn(text, delimiter, values)
  if (!names) return []
  if (names.length > 1_000) throw malformed('more than 1,000 columns')
  checkNames(names)
  return records.map((record) => Object.fromEntries(names.map((name, index) => [name, record[index]])))
}

function cellOf(value: unknown, name: string): string {
  if (value === null || value === undefined) return ''
  if (value instanceof Date) return value.toISOString()
  if (typeof value === 'object' || typeof value === 'function') throw wrong(`the column \`${name}\` holds an object or a list`)
  return String(value)
}

function writeCsv(rows: unknown, known: readonly string[], delimiter: string): string {
  if (!Array.isArray(rows) || rows.some((row) => typeof row !== 'object' || row === null || Array.isArray(row)))
    throw wrong('CSV is a list of objects')
  const names = [...new Set([...known, ...rows.flatMap((row) => Object.keys(row))])]
  if (names.length === 0) return ''
  const records = rows.map((row: Row) => names.map((name) => cellOf(Object.hasOwn(row, name) ? row[name] : undefined, name)))
  // A line of one empty field would be an empty line, and a mark at the start no part of the first name.
  return stringify([names, ...records], {
    delimiter,
    record_delimiter: '\r\n',
    quoted_empty: names.length === 1,
    quoted_match: /[\r\n\ufeff]/,
  })
}

/** CSV ↔ JSON: a list of objects by the names in the first line (RFC 4180); every field a text, formulas untouched. */
export const createCsvFormat: CreateFormat = ({ settings: { delimiter, contentType }, schema, bounds }): BodyFormat => {
  const names = (schema && fieldNamesOf(schema)) ?? []
  return {
    name: 'CSV',
    mediaType: 'text/csv',
    contentType: contentType ?? 'text/csv; charset=utf-8',
    matches: (type) => /^(?:text|application)\/csv\s*(?:;|$)/i.test(type),
    read: (bytes, type) => readCsv(decodeText(bytes, charsetOf(type)), delimiter, bounds.values),
    write: (value) => Buffer.from(writeCsv(value, names, delimiter)),
  }
}
