import type { Key } from './types.js'

function textOf(value: unknown): string {
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

/** A path parameter's value as a key; only for routes whose path has it. */
export function param<const N extends string>(name: N): Key<{ readonly params: { readonly [K in N]: unknown } }, string> {
  return Object.freeze({
    label: `param ${name}`,
    read: (ctx: { readonly params: { readonly [K in N]: unknown } }) => textOf(ctx.params[name]),
  })
}
