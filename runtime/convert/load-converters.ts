import type { ConvertFormat } from '../../sdk/convert.js'
import type { ResolvedRoute } from '../../sdk/resolved.js'
import type { CreateFormat } from './body-format.js'
import { createFormFormat } from './form-format.js'

/** How formats are compiled: of those that need a library, the ones that some route uses. */
export type Converters = Readonly<Partial<Record<ConvertFormat, CreateFormat>>>

function formatsOf({ accepts, convert }: Pick<ResolvedRoute, 'accepts' | 'convert'>): readonly (string | undefined)[] {
  const request = convert?.request
  return [...accepts, typeof request === 'object' ? request.format : request, convert?.response?.format]
}

/** Loads what the routes convert with, and nothing else. */
export async function loadConverters(routes: readonly Pick<ResolvedRoute, 'accepts' | 'convert'>[]): Promise<Converters> {
  const used = new Set(routes.flatMap(formatsOf))
  return {
    form: createFormFormat,
    ...(used.has('xml') && { xml: (await import('./xml-format.js')).createXmlFormat }),
    ...(used.has('csv') && { csv: (await import('./csv-format.js')).createCsvFormat }),
  }
}
