import type { OpenAPIV3_1 } from 'openapi-types'
import type { ResolvedGateway, ResolvedRoute } from '../../sdk/index.js'
import { phrase, wordsOf } from './words.js'

/** The Tag Objects of the tags in use: those that the gateway describes first, in its order, then the rest as the routes come. */
export function tagObjects(routes: readonly ResolvedRoute[], { tags }: ResolvedGateway['settings']): OpenAPIV3_1.TagObject[] {
  const used = new Set(routes.flatMap((route) => route.tags))
  const ordered = new Set([...Object.keys(tags).filter((tag) => used.has(tag)), ...used])
  return [...ordered].map((name) => ({ name, description: (Object.hasOwn(tags, name) && tags[name]) || `${phrase(wordsOf(name))}.` }))
}
