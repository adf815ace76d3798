const SLOTS = 16_384

/**
 * Reads the reply to `CLUSTER SLOTS`: for each slot the address of its master, or undefined if it has none. `asked` is the address of the
 * node that replied, whose host stands in for one that it does not know. Undefined for any other reply.
 */
export function readSlots(reply: unknown, asked: string): readonly (string | undefined)[] | undefined {
  if (!Array.isArray(reply) || reply.length === 0) return undefined
  const owners: (string | undefined)[] = new Array<undefined>(SLOTS).fill(undefined)
  for (const range of reply as unknown[]) {
    if (!Array.isArray(range)) return undefined
    const [from, till, master] = range as [unknown, unknown, unknown]
    if (!Number.isInteger(from) || !Number.isInteger(till) || !Array.isArray(master)) return undefined
    const [host, port] = master as [unknown, unknown]
    const known = typeof host === 'string' && host !== '' && host !== '?' ? host : undefined
    const name = known?.includes(':') ? `[${known}]` : (known ?? asked.replace(/:\d+$/, ''))
    owners.fill(`${name}:${String(port)}`, from as number, (till as number) + 1)
  }
  return owners
}
