import { type CompiledPolicy, type Exchange, type Key, Problem, type RequestStep, type ResponseStep } from '../../sdk/index.js'
import type { HeadersSettings } from '../../sdk/policies/headers.js'
import { isHeaderValue } from '../../sdk/schemas/text.js'
import type { Services } from '../services.js'
import type { CompilePolicy } from './compiler.js'

type Value = string | Key<never, string>

/** One header with a value that is known only on a request. */
interface Dynamic {
  readonly name: string
  readonly key: Key<never, string>
}

/** Header values by name, split into those known at load and those read from each exchange. */
function split(values: Readonly<Record<string, Value>>): { fixed: readonly (readonly [string, string])[]; dynamic: readonly Dynamic[] } {
  const entries = Object.entries(values)
  return {
    fixed: entries.flatMap(([name, value]) => (typeof value === 'string' ? [[name, value] as const] : [])),
    dynamic: entries.flatMap(([name, value]) => (typeof value === 'string' ? [] : [{ name, key: value }])),
  }
}

/**
 * What a key reads, as a header value: undefined where there is nothing, null where no header can carry it.
 * Keys are typed as texts, yet what they read may be a number, missing, or as long and odd as the caller likes.
 */
function read({ key }: Dynamic, exchange: Exchange): string | undefined | null {
  const value: unknown = key.read(exchange as never)
  if (value === undefined || value === null) return undefined
  // A list joined with commas would let one element pass for two.
  if (typeof value === 'object') return null
  const text = String(value)
  return isHeaderValue(text) ? text : null
}

function compileRequest({ set, remove }: HeadersSettings['request']): RequestStep | undefined {
  const { fixed, dynamic } = split(set)
  if (fixed.length + dynamic.length + remove.length === 0) return undefined
  return (exchange) => {
    for (const name of remove) exchange.removeRequestHeader(name)
    for (const [name, value] of fixed) exchange.setRequestHeader(name, value)
    for (const header of dynamic) {
      const value = read(header, exchange)
      // The client's own header must not stand in for a value that the gateway does not have.
      if (value === undefined) exchange.removeRequestHeader(header.name)
      else if (value !== null) exchange.setRequestHeader(header.name, value)
      else
        throw new Problem('BAD_REQUEST', {
          detail: 'A value that comes with the request cannot be sent on in a header.',
          cause: header.name,
        })
    }
  }
}

/** Reads a value for a response; a failure costs that header, never the response. */
function readQuietly(header: Dynamic, exchange: Exchange, log: Services['log']): string | undefined {
  try {
    const value = read(header, exchange)
    if (value !== null) return value
    log.warn({ header: header.name, requestId: exchange.requestId }, 'a response header was left out: its value cannot stand in a header')
  } catch (error) {
    // A request refused before its auth ran has nothing to read; that is no fault worth a warning.
    const level = exchange.auth === undefined ? 'debug' : 'warn'
    log[level]({ header: header.name, requestId: exchange.requestId, err: error }, 'a response header was left out: its key failed')
  }
  return undefined
}

function compileResponse({ set, add, remove }: HeadersSettings['response'], log: Services['log']): ResponseStep | undefined {
  const replaced = split(set)
  const added = split(add)
  if (Object.keys(set).length + Object.keys(add).length + remove.length === 0) return undefined
  return (exchange) => {
    for (const name of remove) exchange.removeResponseHeader(name)
    for (const [name, value] of replaced.fixed) exchange.setResponseHeader(name, value)
    for (const header of replaced.dynamic) {
      const value = readQuietly(header, exchange, log)
      if (value === undefined) exchange.removeResponseHeader(header.name)
      else exchange.setResponseHeader(header.name, value)
    }
    for (const [name, value] of added.fixed) exchange.addResponseHeader(name, value)
    for (const header of added.dynamic) {
      const value = readQuietly(header, exchange, log)
      if (value !== undefined) exchange.addResponseHeader(header.name, value)
    }
  }
}

/**
 * Edits headers: removals first, then what is set, then what is added. A value that a key reads and that no header can
 * carry (control characters, beyond Latin-1, outer spaces) refuses the request with `BAD_REQUEST`; on a response only
 * that header is left out, and logged.
 */
export const compileHeaders: CompilePolicy<'headers'> = (settings, { services }): CompiledPolicy => {
  const request = compileRequest(settings.request)
  const response = compileResponse(settings.response, services.log)
  return { ...(request && { request }), ...(response && { response }) }
}
