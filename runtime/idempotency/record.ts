import { randomUUID } from 'node:crypto'
import type { CapturedResponse } from '../../sdk/index.js'

/** What is kept under an idempotency key: whose request it was, and its answer once there is one. */
export interface IdempotencyRecord {
  readonly fingerprint: string
  readonly answer: { readonly status: number; readonly headers: readonly string[]; readonly body: Uint8Array } | undefined
}

interface Stored {
  readonly f: string
  readonly s?: number
  readonly h?: readonly string[]
  readonly b?: string
}

/** The text of a key that is taken; no two claims are equal, so that one cannot free another's. */
export function encodeClaim(fingerprint: string, requestId: string): string {
  return JSON.stringify({ f: fingerprint, by: `${requestId} ${randomUUID()}` })
}

/** The text of a key that is answered. */
export function encodeAnswer(fingerprint: string, { status, headers, body }: CapturedResponse): string {
  const lines = headers.filter((_, index) => (headers[index - (index % 2)] as string).toLowerCase() !== 'content-length')
  return JSON.stringify({ f: fingerprint, s: status, h: lines, b: Buffer.from(body).toString('base64') } satisfies Stored)
}

/** Reads what is kept under a key; undefined if it is not a record. */
export function readRecord(text: string): IdempotencyRecord | undefined {
  try {
    const { f, s, h, b } = JSON.parse(text) as Stored
    const answer = s === undefined || !h ? undefined : { status: s, headers: h, body: Buffer.from(b ?? '', 'base64') }
    return { fingerprint: f, answer }
  } catch {
    return undefined
  }
}
