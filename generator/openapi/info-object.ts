import type { OpenAPIV3_1 } from 'openapi-types'
import type { ResolvedGateway } from '../../sdk/index.js'

/** The Info Object (OpenAPI 3.1 section 4.8.2); contact and licence get neutral defaults, since linters expect both. */
export function infoObject({ info }: ResolvedGateway['settings']): OpenAPIV3_1.InfoObject {
  const { title, summary, description, contact, license, version } = info
  return {
    title,
    ...(summary !== undefined && { summary }),
    description: description ?? summary ?? `The HTTP interface of ${title}.`,
    contact: definedOf(contact ?? { name: title }),
    license: definedOf(license ?? { name: 'Proprietary', identifier: 'LicenseRef-Proprietary' }),
    version,
  }
}

function definedOf<T extends object>(given: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>
  }
}
