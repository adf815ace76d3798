import type { CompiledPolicy, RequestStep } from '../../sdk/index.js'
import type { CookiesSettings } from '../../sdk/policies/cookies.js'
import { sentHeader } from '../forward/sent-header.js'
import type { GatewayExchange, HeaderEdit } from '../pipeline/exchange.js'
import type { CompilePolicy } from './compiler.js'

const nameOf = (pair: string) => (pair.split('=', 1)[0] as string).trim()

function chooseSent({ keep, remove }: CookiesSettings['request']): RequestStep | undefined {
  if (!keep && remove.length === 0) return undefined
  const passes = (name: string) => (keep ? keep.includes(name) : true) && !remove.includes(name)
  return (exchange) => {
    // What an auth stripped or another policy took away is not to come back.
    const given = sentHeader(exchange as GatewayExchange, 'cookie')
    if (given === undefined) return
    const pairs = given.split(';').filter((pair) => passes(nameOf(pair)))
    if (pairs.length === 0) exchange.removeRequestHeader('cookie')
    else exchange.setRequestHeader('cookie', pairs.map((pair) => pair.trim()).join('; '))
  }
}

const SAME_SITE = { strict: 'Strict', lax: 'Lax', none: 'None' } as const

/** The attributes that are written anew, by lower-case name; undefined takes one away. */
function attributesOf({ path, domain, secure, httpOnly, sameSite }: CookiesSettings['response']): ReadonlyMap<string, string | undefined> {
  return new Map([
    ...(path === undefined ? [] : [['path', `Path=${path}`] as const]),
    ...(domain === undefined ? [] : [['domain', domain === false ? undefined : `Domain=${domain}`] as const]),
    ...(secure ? [['secure', 'Secure'] as const] : []),
    ...(httpOnly ? [['httponly', 'HttpOnly'] as const] : []),
    ...(sameSite ? [['samesite', `SameSite=${SAME_SITE[sameSite]}`] as const] : []),
  ])
}

/** A cookie with this prefix is void unless its path is `/` and it has no domain (RFC 6265bis section 4.1.3.2). */
const isBoundToHost = (name: string) => /^__host-/i.test(name)

/** One `Set-Cookie` line after the edits. */
function editLine(line: string, attributes: ReadonlyMap<string, string | undefined>): string {
  const [pair = '', ...given] = line.split(';')
  const fixed = isBoundToHost(nameOf(pair))
  const edits = new Map([...attributes].filter(([name]) => !(fixed && (name === 'path' || name === 'domain'))))
  const kept = given
    .map((attribute) => attribute.trim())
    .filter((attribute) => attribute !== '' && !edits.has(nameOf(attribute).toLowerCase()))
  return [pair.trim(), ...kept, ...[...edits.values()].filter((text) => text !== undefined)].join('; ')
}

const linesOf = (headers: readonly string[]) =>
  headers.filter((_, index) => index % 2 === 1 && headers[index - 1]?.toLowerCase() === 'set-cookie')

/** The lines as another policy of this kind left them, taken back from the edits; undefined where there is none. */
function takeEdited(exchange: GatewayExchange): string[] | undefined {
  const edits = exchange.responseEdits ?? []
  const from = edits.findLastIndex(({ name, add }) => name === 'set-cookie' && !add)
  if (from < 0) return undefined
  const isLine = ({ name }: HeaderEdit, index: number) => index > from && name === 'set-cookie'
  exchange.responseEdits = edits.filter((edit, index) => !isLine(edit, index))
  return edits.filter(isLine).flatMap(({ value }) => value ?? [])
}

/** Edits the `Set-Cookie` lines of the upstream's response. */
function editReceived(settings: CookiesSettings['response']): RequestStep | undefined {
  const attributes = attributesOf(settings)
  if (attributes.size === 0 && settings.remove.length === 0) return undefined
  return (exchange) =>
    exchange.onUpstream(({ headers }) => {
      const lines = takeEdited(exchange as GatewayExchange) ?? linesOf(headers ?? [])
      if (lines.length === 0) return undefined
      exchange.removeResponseHeader('set-cookie')
      for (const line of lines) {
        if (!settings.remove.includes(nameOf(line.split(';', 1)[0] as string)))
          exchange.addResponseHeader('set-cookie', editLine(line, attributes))
      }
      return undefined
    })
}

/** Chooses the cookies that go upstream and edits those that come back. */
export const compileCookies: CompilePolicy<'cookies'> = ({ request, response }): CompiledPolicy => {
  const steps = [chooseSent(request), editReceived(response)].filter((step) => step !== undefined)
  return {
    request(exchange) {
      for (const step of steps) step(exchange)
    },
  }
}
