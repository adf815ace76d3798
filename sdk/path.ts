import { patternProblem } from './pattern-problem.js'

type ParamName<N extends string> = N extends `${infer K}:${string}` ? K : N extends `${infer K}*` ? K : N

/** The names of the parameters in a path template: `{id}`, `{id:[0-9]+}` or a trailing `{rest*}`. */
export type PathParam<P extends string> = P extends `${string}{${infer N}}${infer R}` ? ParamName<N> | PathParam<R> : never

/** One segment of a path template. */
export type PathSegment =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'param'; readonly name: string; readonly pattern: string | undefined }
  | { readonly kind: 'wildcard'; readonly name: string }

/** A path template taken apart, or the reason why it cannot be. */
export type PathTemplate = { readonly segments: readonly PathSegment[]; readonly names: readonly string[] } | { readonly problem: string }

const LITERAL = /^(?:[A-Za-z0-9\-._~!$&'()*+,;=:@]|%[0-9A-Fa-f]{2})*$/
const PARAM = /^\{([A-Za-z_][A-Za-z0-9_]*)(\*|:([^{}]+))?\}$/

function parseSegment(text: string, last: boolean): PathSegment | string {
  if (!text.includes('{') && !text.includes('}')) {
    if (text === '.' || text === '..') return `dot segment "${text}" would be resolved away by clients`
    return LITERAL.test(text) ? { kind: 'literal', text } : `"${text}" has characters that do not stand unencoded in a path`
  }
  const match = PARAM.exec(text)
  if (!match) return `"${text}" is not one whole parameter such as {id}, {id:[0-9]+} or {rest*}`
  const name = match[1] as string
  if (match[2] === '*') return last ? { kind: 'wildcard', name } : `{${name}*} must be the last segment`
  if (match[3] === undefined) return { kind: 'param', name, pattern: undefined }
  const problem = patternProblem(`^(?:${match[3]})$`)
  if (problem) return `bad regular expression in {${name}}: ${problem}`
  return { kind: 'param', name, pattern: match[3] }
}

/** Parses a path template such as `/users/{id}`; a parameter fills a whole segment. */
export function parsePath(path: string): PathTemplate {
  if (!path.startsWith('/')) return { problem: `"${path}" does not start with "/"` }
  const texts = path.slice(1).split('/')
  const segments: PathSegment[] = []
  for (const [index, text] of texts.entries()) {
    const last = index === texts.length - 1
    if (text === '' && !last) return { problem: `"${path}" has an empty segment` }
    const segment = parseSegment(text, last)
    if (typeof segment === 'string') return { problem: segment }
    segments.push(segment)
  }
  const names = segments.flatMap((segment) => (segment.kind === 'literal' ? [] : [segment.name]))
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  return twice === undefined ? { segments, names } : { problem: `parameter {${twice}} appears twice` }
}
