import { z } from 'zod'
import type { IssueCollector } from './issues.js'
import { keysAt } from './keys-at.js'
import { inside, type Place } from './place.js'
import type { ParsedRoute } from './route-schema.js'

const NO_SCHEMA = z.strictObject({})

/** Checks what a route says about bodies and statuses against what it declares. */
export function checkBodies(options: ParsedRoute, place: Place, issues: IssueCollector): void {
  for (const status of Object.keys(options.mapResponse)) {
    if (!(status in options.responses))
      issues.add('GW1401', inside(place, 'mapResponse', status), `\`responses\` does not declare ${status}`, {
        hint: `declared: ${Object.keys(options.responses).join(', ') || 'none'}`,
      })
  }
  for (const [from, to] of Object.entries(options.mapStatus)) {
    if (!(to in options.responses))
      issues.add('GW1401', inside(place, 'mapStatus', from), `\`responses\` does not declare ${to}`, {
        hint: `declared: ${Object.keys(options.responses).join(', ') || 'none'}`,
      })
  }
  for (const name of keysAt(options.headers ?? NO_SCHEMA, []).filter((key) => key !== key.toLowerCase()))
    issues.add('GW1404', inside(place, 'headers', name), `\`${name}\` can never match`, { hint: `write \`${name.toLowerCase()}\`` })
  if (options.method !== 'GET' && options.method !== 'HEAD') return
  for (const key of ['body', 'mapRequest', 'upstreamBody'] as const) {
    if (options[key] !== undefined) issues.add('GW1402', inside(place, key), `a ${options.method} route cannot have \`${key}\``)
  }
}
