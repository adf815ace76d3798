import { fetchKeySet, type KeySetFetch, type KeySetRequest } from './fetch-key-set.js'

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null

/** Where the provider metadata of `issuer` says that its keys are, or why that cannot be believed. */
function readLocation(text: string, issuer: string, metadataUrl: string): { readonly url: string } | { readonly failure: string } {
  let metadata: unknown
  try {
    metadata = JSON.parse(text)
  } catch {
    return { failure: 'the provider metadata is no JSON' }
  }
  if (!isObject(metadata)) return { failure: 'the provider metadata is no JSON object' }
  // Another issuer's metadata would make its keys vouch for this one (section 4.3).
  if (metadata['issuer'] !== issuer) return { failure: 'the provider metadata is of another issuer' }
  const url = metadata['jwks_uri']
  const protocol = typeof url === 'string' && URL.canParse(url) ? new URL(url).protocol : ''
  if (protocol !== 'https:' && (protocol !== 'http:' || metadataUrl.startsWith('https:')))
    return { failure: 'the provider metadata has no `jwks_uri` that can be used' }
  return { url: url as string }
}

/**
 * Makes the fetch of a key set by OpenID Connect Discovery 1.0 (sections 4 and 7.2): provider metadata first, then the set it names, each with
 * half of the time. While the metadata cannot be had, the last known place of the set serves on.
 */
export function discoverKeySet(issuer: string, metadataUrl: string): (request: KeySetRequest) => Promise<KeySetFetch> {
  let known: string | undefined
  return async (request) => {
    const half = { ...request, timeoutMs: request.timeoutMs / 2 }
    const fetched = await fetchKeySet(metadataUrl, half)
    const location = 'text' in fetched ? readLocation(fetched.text, issuer, metadataUrl) : fetched
    if ('url' in location) known = location.url
    else if (known === undefined) return location
    return fetchKeySet(known as string, half)
  }
}
