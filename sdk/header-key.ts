import type { Key } from './types.js'

/** A value of a header or cookie as text. */
export function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.map(textOf).join(',')
  return value === undefined || value === null ? '' : String(value)
}

/** A request header's value as a key; empty where it is missing. Callers write it, so it bounds nothing that they gain by changing. */
export function header(name: string): Key<{ readonly headers: Readonly<Record<string, unknown>> }, string> {
  const lower = name.toLowerCase()
  return Object.freeze({
    label: `header ${lower}`,
    read: (ctx: { readonly headers: Readonly<Record<string, unknown>> }) => textOf(ctx.headers[lower]),
  })
}
