import type { Slot } from './response-store.js'
import type { StoredResponse } from './stored-response.js'

type StoredText = Omit<StoredResponse, 'body'> & { readonly body: string }

/** The text of a slot, as the shared state keeps it. */
export function encodeSlot(slot: Slot): string {
  if ('names' in slot) return JSON.stringify(slot)
  return JSON.stringify({ ...slot, body: Buffer.from(slot.body).toString('base64') } satisfies StoredText)
}

/** Reads what {@link encodeSlot} wrote; undefined for anything else. */
export function decodeSlot(text: string): Slot | undefined {
  try {
    const read = JSON.parse(text) as StoredText | { readonly names: readonly string[] }
    if ('names' in read) return read
    return typeof read.terms.lifetime === 'number' ? { ...read, body: Buffer.from(read.body, 'base64') } : undefined
  } catch {
    return undefined
  }
}
