import type { GatewayExchange } from '../pipeline/exchange.js'

/** A request header as it goes upstream, after the edits of the steps so far: what was set last, else what came, and what was added to it. */
export function sentHeader({ req: { headers }, requestEdits }: GatewayExchange, name: string): string | undefined {
  const came = headers[name]
  const before = typeof came === 'object' ? came.join(', ') : came
  if (!requestEdits) return before
  const replaced = requestEdits.findLast((edit) => !edit.add && edit.name === name)
  const added = requestEdits.filter((edit) => edit.add && edit.name === name).map(({ value }) => value)
  const values = [replaced ? replaced.value : before, ...added].filter((value) => value !== undefined)
  return values.length === 0 ? undefined : values.join(name === 'cookie' ? '; ' : ', ')
}
