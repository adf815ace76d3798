import { createHmac } from 'node:crypto'

/** A secret as senders to Standard Webhooks show it. */
export const WHSEC = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'

export const bytesOf = (secret: string): Buffer => Buffer.from(secret.replace(/^whsec_/, ''), 'base64')

/** The headers of a delivery to Standard Webhooks, signed at `time` in epoch seconds. */
export function signDelivery(id: string, time: number, body: string, secret = bytesOf(WHSEC), prefix = ''): Record<string, string> {
  const signature = createHmac('sha256', secret).update(`${id}.${time}.${body}`).digest('base64')
  return { 'webhook-id': id, 'webhook-timestamp': String(time), 'webhook-signature': `${prefix}v1,${signature}` }
}
