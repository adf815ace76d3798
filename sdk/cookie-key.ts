import { textOf } from './header-key.js'
import type { Key } from './types.js'

/**
 * A request cookie's value as a key (RFC 6265); empty where it is missing. Where a route declares `cookies`, its `affinity` takes only one of
 * them. Callers write it, so it bounds nothing that they gain by changing.
 */
export function cookie<const N extends string>(name: N): Key<{ readonly cookies: { readonly [K in N]?: unknown } }, string> {
  return Object.freeze({
    label: `cookie ${name}`,
    read: ({ cookies }: { readonly cookies: { readonly [K in N]?: unknown } }) =>
      Object.hasOwn(cookies, name) ? textOf(cookies[name]) : '',
  })
}
