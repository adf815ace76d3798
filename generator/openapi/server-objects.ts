import type { OpenAPIV3_1 } from 'openapi-types'
import type { ResolvedGateway } from '../../sdk/index.js'

/** The Server Objects; default: the host that serves the document. A trailing slash goes, since paths begin with one. */
export function serverObjects({ servers }: ResolvedGateway['settings']): OpenAPIV3_1.ServerObject[] {
  if (servers.length === 0) return [{ url: '/' }]
  return servers.map(({ url, description }) => ({
    url: url.replace(/(?<=.)\/+$/, ''),
    ...(description !== undefined && { description }),
  }))
}
