import { bodyMediaOf, fieldNamesOf, isListSchema } from '../body-media.js'
import { type FormatSettings, type ResolvedConversion, XML_NAME } from '../convert.js'
import type { Schema } from '../types.js'
import type { IssueCollector } from './issues.js'
import { inside, type Place } from './place.js'
import type { RouteSettings } from './route-schema.js'

type Given = NonNullable<NonNullable<RouteSettings['convert']>['request' | 'response']>

function settingsOf(given: Exclude<Given, 'json'>): FormatSettings {
  const options = typeof given === 'string' ? { format: given } : given
  const { root, delimiter, contentType } = { root: undefined, delimiter: undefined, contentType: undefined, ...options }
  return { format: options.format, root, delimiter: delimiter ?? ',', contentType }
}

function checkOptions(given: Exclude<Given, 'json'>, at: Place, issues: IssueCollector): void {
  if (typeof given === 'string') return
  const { format, root, delimiter } = given
  if (root !== undefined && format !== 'xml') issues.add('GW1407', inside(at, 'root'), `\`root\` is for xml, not for ${format}`)
  else if (root !== undefined && !XML_NAME.test(root)) issues.add('GW1407', inside(at, 'root'), `\`${root}\` is no name of an element`)
  if (delimiter !== undefined && format !== 'csv')
    issues.add('GW1407', inside(at, 'delimiter'), `\`delimiter\` is for csv, not for ${format}`)
}

/** What is wrong, and what to do. */
interface Misfit {
  readonly message: string
  readonly hint: string
}

/** Why values of a schema cannot be written in, or read from, a format; undefined if they can, or where only their use shows it. */
function misfit(schema: Schema | undefined, { format, root }: FormatSettings): Misfit | undefined {
  if (!schema) return undefined
  const names = fieldNamesOf(schema)
  if (format === 'csv') {
    if (isListSchema(schema) !== false) return undefined
    return { message: 'CSV is a list of rows, and the schema is none', hint: 'z.array(z.object({ … })), one string for each column' }
  }
  if (isListSchema(schema) === true)
    return { message: `a list cannot be ${format === 'xml' ? 'an XML document' : 'a form'}`, hint: 'put it into a member of an object' }
  if (format !== 'xml' || root !== undefined || names === undefined || names.length === 1) return undefined
  const hint = "name the root: { format: 'xml', root: '…' }"
  return { message: `an XML document has one root element, and the schema has ${names.length} members`, hint }
}

/** Why a route's request bodies cannot be converted; undefined if they can. */
function requestFault({ body, mapRequest, upstreamBody }: RouteSettings, settings: FormatSettings | 'json'): Misfit | undefined {
  if (!body && !mapRequest)
    return { message: 'a request can only be converted where it is read', hint: 'add a `body` schema or `mapRequest`' }
  if (body && !mapRequest && bodyMediaOf(body) !== 'json')
    return { message: 'files cannot be converted', hint: 'write `mapRequest`, or leave `convert.request` out' }
  return settings === 'json' ? undefined : misfit(mapRequest ? upstreamBody : body, settings)
}

function checkResponse(options: RouteSettings, settings: FormatSettings, at: Place, issues: IssueCollector): void {
  const { responses, mapResponse, upstreamResponses } = options
  const read = Object.keys(responses).filter((status) => typeof responses[status as never] === 'object' || status in mapResponse)
  if (read.length === 0)
    issues.add('GW1407', at, '`responses` declares none that could be converted', {
      hint: 'give a status its schema, such as 200: z.object({ … })',
    })
  for (const status of read) {
    const mapped = status in mapResponse
    const declared = responses[status as never] as Schema | string | undefined
    const schema =
      (upstreamResponses[status as never] as Schema | undefined) ?? (mapped || typeof declared === 'string' ? undefined : declared)
    const fault = misfit(schema, settings)
    if (fault) issues.add('GW1407', at, `${status}: ${fault.message}`, { hint: fault.hint })
  }
}

/** Checks that the bodies which callers may send as XML or CSV can be that. */
function checkAccepted({ body, accepts }: RouteSettings, place: Place, issues: IssueCollector): void {
  for (const format of ['xml', 'csv'] as const) {
    const fault = accepts?.includes(format) && misfit(body, settingsOf(format))
    if (fault) issues.add('GW1407', inside(place, 'accepts'), fault.message, format === 'xml' ? undefined : { hint: fault.hint })
  }
}

/** Resolves how a route's bodies are converted; undefined where they are not. */
export function resolveConvert(options: RouteSettings, place: Place, issues: IssueCollector): ResolvedConversion | undefined {
  checkAccepted(options, place, issues)
  const { convert } = options
  if (!convert || options.compose !== undefined) return undefined
  const at = inside(place, 'convert')
  const given = convert.request
  const request = given === undefined || given === 'json' ? given : settingsOf(given)
  const response = convert.response && settingsOf(convert.response)
  if (given !== undefined && given !== 'json') checkOptions(given, inside(at, 'request'), issues)
  if (convert.response) checkOptions(convert.response, inside(at, 'response'), issues)
  const fault = request === undefined ? undefined : requestFault(options, request)
  if (fault) issues.add('GW1407', inside(at, 'request'), fault.message, { hint: fault.hint })
  if (response) checkResponse(options, response, inside(at, 'response'), issues)
  return { request, response }
}
