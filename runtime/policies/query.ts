import { type CompiledPolicy, type Exchange, type Key, Problem } from '../../sdk/index.js'
import type { CompilePolicy } from './compiler.js'

type Value = string | Key<never, string>

/** A parameter's name as most servers read it. */
function nameOf(part: string): string {
  const raw = (part.split('=', 1)[0] as string).replaceAll('+', ' ')
  try {
    return decodeURIComponent(raw)
  } catch {
    return raw
  }
}

const isWellFormed = (text: string) => !/\p{Surrogate}/u.test(text)

/** What an edit gives, encoded; undefined where its key reads nothing. */
function encoded(name: string, value: Value, exchange: Exchange): string | undefined {
  const read: unknown = typeof value === 'string' ? value : value.read(exchange as never)
  if (read === undefined || read === null) return undefined
  const text = String(read)
  // A list joined with commas would let one element pass for two; half a surrogate pair cannot be encoded.
  if (typeof read === 'object' || !isWellFormed(text))
    throw new Problem('BAD_REQUEST', { detail: 'A value that comes with the request cannot be sent on in the query.', cause: name })
  return `${encodeURIComponent(name)}=${encodeURIComponent(text)}`
}

/** Edits the query sent upstream; a value that no query can carry refuses the request with `BAD_REQUEST`. */
export const compileQuery: CompilePolicy<'query'> = ({ remove, rename, set, add }): CompiledPolicy => {
  const renamed = new Map(Object.entries(rename))
  const written = [...Object.entries(set), ...Object.entries(add)]
  const editPart = (part: string): string[] => {
    const name = nameOf(part)
    if (remove.includes(name)) return []
    const to = renamed.get(name)
    if (Object.hasOwn(set, to ?? name)) return []
    return [to === undefined ? part : encodeURIComponent(to) + part.slice((part.split('=', 1)[0] as string).length)]
  }
  return {
    request(exchange) {
      const { upstreamQuery } = exchange
      const kept = upstreamQuery === '' ? [] : upstreamQuery.split('&').flatMap(editPart)
      const more = written.flatMap(([name, value]) => encoded(name, value, exchange) ?? [])
      exchange.setUpstreamQuery([...kept, ...more].join('&'))
    },
  }
}
