import type { ResolvedRoute } from '../../sdk/index.js'

type Segment = ResolvedRoute['segments'][number]

/** A route's path as OpenAPI writes it: `{id:[0-9]+}` and `{rest*}` become `{id}` and `{rest}`. */
export function pathTemplate(segments: readonly Segment[]): string {
  return `/${segments.map((segment) => (segment.kind === 'literal' ? segment.text : `{${segment.name}}`)).join('/')}`
}

/** What two paths share if OpenAPI takes them for one: everything but the names of their parameters. */
export function pathForm(segments: readonly Segment[]): string {
  return `/${segments.map((segment) => (segment.kind === 'literal' ? segment.text : '{}')).join('/')}`
}
