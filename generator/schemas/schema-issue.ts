import type { ConfigIssue } from '../../sdk/index.js'
import { formatPath } from '../../sdk/index.js'
import type { SchemaUse } from './schema-use.js'

/** Prints where a part is inside its schema: `items[].price`; empty for the schema itself. */
export function formatPart(path: readonly (string | number)[]): string {
  let text = ''
  for (let index = 0; index < path.length; index++) {
    const step = path[index]
    if (step === 'properties') text += `.${path[++index]}`
    else if (step === 'items') text += '[]'
    else if (step === 'additionalProperties') text += '[key]'
    else if (typeof step === 'number') text += `(${step + 1})`
  }
  return text.replace(/^\./, '')
}

/** Reports that a schema, or a part of it, cannot be published. */
export function unpublishable(use: SchemaUse, part: readonly (string | number)[], what: string, hint: string): ConfigIssue {
  const name = formatPart(part)
  return {
    code: 'GW1502',
    path: use.path,
    message: `${name === '' ? 'the schema' : `\`${name}\``} is ${what}`,
    hint,
    origin: use.origin,
  }
}

/** Reports two schemas that would have one name in the document. */
export function sameName(name: string, use: SchemaUse, other: SchemaUse): ConfigIssue {
  return {
    code: 'GW1501',
    path: use.path,
    message: `another schema already has the id "${name}", at ${formatPath(other.path)}`,
    hint: 'share one schema, or give this one an id of its own',
    origin: use.origin,
    related: { message: `"${name}" is first published here`, origin: other.origin },
  }
}
