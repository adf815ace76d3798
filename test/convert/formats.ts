import type { Schema } from 'gatewright'
import type { BodyFormat, CreateFormat } from '../../runtime/convert/body-format.js'
import { createCsvFormat } from '../../runtime/convert/csv-format.js'
import { createFormFormat } from '../../runtime/convert/form-format.js'
import { createXmlFormat } from '../../runtime/convert/xml-format.js'
import type { ConvertFormat, FormatSettings } from '../../sdk/convert.js'

const CREATE: Readonly<Record<ConvertFormat, CreateFormat>> = { xml: createXmlFormat, csv: createCsvFormat, form: createFormFormat }

/** A format with the bounds that JSON has by default. */
export function formatOf(format: ConvertFormat, schema?: Schema, more: Partial<FormatSettings> = {}): BodyFormat {
  const settings = { format, root: undefined, delimiter: ',', contentType: undefined, ...more }
  return CREATE[format]({ settings, schema, bounds: { depth: 64, values: 50_000 } })
}

/** What a format makes of a text. */
export const readText = (format: BodyFormat, text: string, type = format.mediaType): unknown => format.read(Buffer.from(text), type)
