import { z } from 'zod'
import { type BodyMedia, bodyMediaOf } from '../body-media.js'
import type { ResolvedConversion } from '../convert.js'
import { MASK, redactionOf, secretPlaces } from '../redaction.js'
import type { IssueCollector } from './issues.js'
import { keysAt } from './keys-at.js'
import { inside, type Place } from './place.js'
import { resolveConvert } from './resolve-convert.js'
import type { RouteSettings } from './route-schema.js'

const NO_SCHEMA = z.strictObject({})

/** How a route's bodies travel. */
export interface ResolvedBodies {
  /** How a request's may come; never empty. */
  readonly accepts: readonly BodyMedia[]
  readonly convert: ResolvedConversion | undefined
}

/** Checks that a body can travel in the media types that a route names. */
function checkAccepts({ body, accepts }: RouteSettings, place: Place, issues: IssueCollector): void {
  if (!accepts) return
  const at = inside(place, 'accepts')
  const media = body && bodyMediaOf(body)
  if (!media) issues.add('GW1405', at, '`accepts` needs a `body` schema')
  else if (media === 'file') issues.add('GW1405', at, 'a `z.file()` is sent as its own bytes', { hint: 'leave `accepts` out' })
  else if (media === 'multipart' && accepts.some((one) => one !== 'multipart'))
    issues.add('GW1405', at, 'only a multipart form carries files', { hint: "write ['multipart'], or leave `accepts` out" })
}

/** Checks that every secret of the responses can be removed or masked. */
function checkSecrets({ redactSecrets, responses }: RouteSettings, place: Place, issues: IssueCollector): void {
  if (!redactSecrets) return
  for (const [status, spec] of Object.entries(responses)) {
    const places = typeof spec === 'string' ? [] : secretPlaces(redactionOf(spec))
    for (const { path } of places.filter(({ secret }) => secret === 'stuck'))
      issues.add('GW1406', inside(place, 'responses', status), `the secret \`${path}\` can be neither absent nor "${MASK}"`, {
        hint: 'make it `.optional()`, or a text without a format',
      })
  }
}

/** Resolves how a route's bodies travel, and checks what it says about bodies and statuses against what it declares. */
export function resolveBodies(options: RouteSettings, place: Place, issues: IssueCollector): ResolvedBodies {
  checkStatuses(options, place, issues)
  for (const name of keysAt(options.headers ?? NO_SCHEMA, []).filter((key) => key !== key.toLowerCase()))
    issues.add('GW1404', inside(place, 'headers', name), `\`${name}\` can never match`, { hint: `write \`${name.toLowerCase()}\`` })
  checkSecrets(options, place, issues)
  checkAccepts(options, place, issues)
  checkMethod(options, place, issues)
  const { body, accepts } = options
  return { accepts: accepts ?? [body ? bodyMediaOf(body) : 'json'], convert: resolveConvert(options, place, issues) }
}

/** Checks that maps are for declared statuses. */
function checkStatuses(options: RouteSettings, place: Place, issues: IssueCollector): void {
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
}

/** Checks that only methods whose requests have a body say something about it. */
function checkMethod(options: RouteSettings, place: Place, issues: IssueCollector): void {
  if (options.method !== 'GET' && options.method !== 'HEAD') return
  for (const key of ['body', 'mapRequest', 'upstreamBody'] as const) {
    if (options[key] !== undefined) issues.add('GW1402', inside(place, key), `a ${options.method} route cannot have \`${key}\``)
  }
}
