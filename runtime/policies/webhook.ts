import { Problem, type WebhookAuth } from '../../sdk/index.js'
import { WEBHOOK_HEADERS } from '../../sdk/policies/webhook.js'
import { bodyLimitOf } from '../auth/body-limit-of.js'
import { Replays } from '../auth/replays.js'
import { findSignature, WEBHOOK_FORMATS } from '../auth/webhook-schemes.js'
import type { GatewayExchange } from '../pipeline/exchange.js'
import type { Authenticator, CompileAuth } from './compiler.js'

/** Compiles `webhook`: form and time stamp first, then the body against the signature, then whether it was seen before. */
export const compileWebhook: CompileAuth<'webhook'> = (settings, { identity, services }) => {
  const { scheme, tolerance, forward } = settings
  const { clock, shared } = services
  const format = WEBHOOK_FORMATS[scheme]
  const header = WEBHOOK_HEADERS[scheme]
  const challenge = `Webhook header="${header}"`
  const keys = settings.secret.map((secret) => format.keyOf(secret))
  // From a clock that is as far ahead as may be, to one as far behind.
  const replays = new Replays(shared, `webhook:${identity}`, 2 * tolerance)
  const refuse = (detail: string) => new Problem('INVALID_CREDENTIALS', { detail, headers: ['WWW-Authenticate', challenge] })

  /** A delivery that comes to nothing may be sent again: its sender was told so, or heard nothing. */
  const claim = async (id: string, exchange: GatewayExchange): Promise<void> => {
    if (!(await replays.claim(id))) throw refuse('The delivery was accepted before.')
    exchange.onFinish(({ status, aborted }) => {
      if (aborted || status >= 400) replays.release(id)
    })
  }

  const authenticator: Authenticator = {
    challenge,
    header,
    forward,
    recognises: (value) => value !== '',
    async authenticate(value, exchange) {
      const field = (name: string) => {
        const given = exchange.headers[name]
        return typeof given === 'string' ? given : undefined
      }
      const delivery = format.read(value, field)
      if (!delivery || delivery.signatures.length === 0) throw refuse('The signature is malformed.')
      const { sentAt, deliveryId } = delivery
      if (sentAt !== undefined && Math.abs(clock.wall() - sentAt) > tolerance) throw refuse('The delivery is too old, or from the future.')
      const signature = findSignature(delivery, await exchange.readBody(bodyLimitOf(exchange)), keys)
      if (!signature) throw refuse('The signature is wrong.')
      const id = format.idOf?.(delivery, signature)
      if (id !== undefined) await claim(id, exchange)
      const auth: WebhookAuth = { kind: 'webhook', scheme, deliveryId, sentAt }
      return Object.freeze(auth)
    },
  }
  return [authenticator]
}
