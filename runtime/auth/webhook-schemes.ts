import { createHmac, timingSafeEqual } from 'node:crypto'
import type { WebhookScheme } from '../../sdk/index.js'

type FieldReader = (name: string) => string | undefined

/** What a sender claims of a delivery, unverified. */
export interface SentDelivery {
  /** What was signed before the body. */
  readonly prefix: string
  /** Digests that the sender offers, one for each secret of its own. */
  readonly signatures: readonly Buffer[]
  readonly deliveryId: string | undefined
  /** Epoch milliseconds. */
  readonly sentAt: number | undefined
}

/** One service's way to sign. */
export interface WebhookFormat {
  /** The bytes of the shared secret as the service shows it. */
  keyOf(secret: string): Buffer
  /** Reads the signature header's value and what goes with it; undefined if it is malformed. */
  read(signature: string, field: FieldReader): SentDelivery | undefined
  /** What tells a delivery from its repetition, where the sender signs such a thing. */
  idOf?(delivery: SentDelivery, signature: Buffer): string
}

const DIGEST_BYTES = 32
/** Signatures that are compared; senders have one or two secrets at a time. */
const MAX_SIGNATURES = 8

const digests = (texts: readonly string[], encoding: 'hex' | 'base64') =>
  texts
    .slice(0, MAX_SIGNATURES)
    .map((text) => Buffer.from(text, encoding))
    .filter(({ length }) => length === DIGEST_BYTES)

const isSeconds = (text: string | undefined): text is string => text !== undefined && /^[1-9][0-9]{0,11}$/.test(text)

const standard: WebhookFormat = {
  keyOf: (secret) => Buffer.from(secret.replace(/^whsec_/, ''), 'base64'),
  read(signature, field) {
    const id = field('webhook-id')
    const time = field('webhook-timestamp')
    // A dot in the id could move what follows it into the time stamp.
    if (id === undefined || !/^[!-\-/-~]{1,256}$/.test(id) || !isSeconds(time)) return undefined
    const texts = signature.split(' ').flatMap((part) => (part.startsWith('v1,') ? part.slice(3) : []))
    return { prefix: `${id}.${time}.`, signatures: digests(texts, 'base64'), deliveryId: id, sentAt: Number(time) * 1_000 }
  },
  idOf: ({ deliveryId }) => deliveryId as string,
}

const github: WebhookFormat = {
  keyOf: (secret) => Buffer.from(secret, 'utf8'),
  read(signature, field) {
    const text = /^sha256=([0-9a-f]{64})$/.exec(signature)?.[1]
    if (text === undefined) return undefined
    return { prefix: '', signatures: digests([text], 'hex'), deliveryId: field('x-github-delivery'), sentAt: undefined }
  },
}

const stripe: WebhookFormat = {
  keyOf: (secret) => Buffer.from(secret, 'utf8'),
  read(signature) {
    const parts = signature.split(',').map((part) => part.trim())
    const times = parts.flatMap((part) => (part.startsWith('t=') ? part.slice(2) : []))
    const [time] = times
    if (times.length !== 1 || !isSeconds(time)) return undefined
    const texts = parts.flatMap((part) => /^v1=([0-9a-f]{64})$/.exec(part)?.[1] ?? [])
    return { prefix: `${time}.`, signatures: digests(texts, 'hex'), deliveryId: undefined, sentAt: Number(time) * 1_000 }
  },
  idOf: (_delivery, signature) => signature.toString('base64'),
}

/** The schemes that can be checked. */
export const WEBHOOK_FORMATS: Readonly<Record<WebhookScheme, WebhookFormat>> = { standard, github, stripe }

/** The signature that one of the keys makes of the delivery; undefined if none does. */
export function findSignature(delivery: SentDelivery, body: Uint8Array, keys: readonly Buffer[]): Buffer | undefined {
  for (const key of keys) {
    const digest = createHmac('sha256', key).update(delivery.prefix).update(body).digest()
    const found = delivery.signatures.find((signature) => timingSafeEqual(signature, digest))
    if (found) return digest
  }
  return undefined
}
