import { z } from 'zod'
import { type Auth, bindAuth } from '../auth.js'
import type { Effects } from '../effects.js'
import type { PolicyDefinition } from '../policy.js'
import { type Duration, duration } from '../schemas/text.js'

/** The header that carries the signature, by scheme. */
export const WEBHOOK_HEADERS = { standard: 'webhook-signature', github: 'x-hub-signature-256', stripe: 'stripe-signature' } as const
export type WebhookScheme = keyof typeof WEBHOOK_HEADERS

const secret = z.string().min(16, 'expected at least 16 characters').meta({ secret: true })

const options = z
  .strictObject({
    /** Whose format: `standard` (Standard Webhooks 1.0), `github` (`X-Hub-Signature-256`) or `stripe` (`Stripe-Signature`). */
    scheme: z.enum(['standard', 'github', 'stripe']),
    /** The shared secret as the service shows it, such as `env('STRIPE_SECRET')`; several while one replaces another. */
    secret: z.union([secret, z.array(secret).min(1)], 'expected a secret of at least 16 characters, or a list of them'),
    /** Largest difference between the sender's time stamp and now; `github` sends none. Default `5m`. */
    tolerance: duration.prefault('5m'),
    /** Sends the signature on to the upstream. Default false: it is stripped. */
    forward: z.boolean().default(false),
  })
  .transform((given, ctx) => {
    const secrets = [given.secret].flat()
    const isKey = (text: string) => /^[A-Za-z0-9+/]{22,}={0,2}$/.test(text.replace(/^whsec_/, ''))
    if (given.scheme === 'standard' && !secrets.every(isKey))
      ctx.addIssue({ code: 'custom', path: ['secret'], message: 'expected "whsec_" and at least 16 bytes in Base64' })
    return { ...given, secret: secrets }
  })

/** Parsed options of {@link webhook}; durations in milliseconds. */
export type WebhookSettings = z.output<typeof options>

const RETRY_AFTER = {
  name: 'Retry-After',
  description: 'Seconds after which the store of seen deliveries is asked again.',
  on: 'problems',
} as const

/** GitHub signs neither a time nor an id, so nothing would tell a replay from another delivery. */
const remembers = (scheme: WebhookScheme): boolean => scheme !== 'github'

export const webhookDefinition = {
  name: 'webhook',
  phase: 'authenticate',
  options,
  effects: ({ scheme }: WebhookSettings): Effects => ({
    problems: [
      'UNAUTHENTICATED',
      'INVALID_CREDENTIALS',
      'PAYLOAD_TOO_LARGE',
      ...(remembers(scheme) ? (['AUTH_UNAVAILABLE'] as const) : []),
    ],
    headers: [
      { name: 'WWW-Authenticate', description: 'How to authenticate (RFC 9110 section 11.6.1).', on: 'problems' },
      ...(remembers(scheme) ? [RETRY_AFTER] : []),
    ],
    security: [
      { scheme: 'webhook', type: 'signature', header: WEBHOOK_HEADERS[scheme], description: 'The signature of a webhook’s sender.' },
    ],
  }),
} as const satisfies PolicyDefinition<'webhook'>

/** Options of {@link standardWebhooks}, {@link githubWebhook} and {@link stripeWebhook}. */
export interface WebhookSecretOptions {
  /** The shared secret as the service shows it; several while one replaces another. */
  readonly secret: string | readonly string[]
  /** Sends the signature on to the upstream. Default false: it is stripped. */
  readonly forward?: boolean
}

/** {@link WebhookSecretOptions} of a scheme with time stamps. */
export interface TimedWebhookOptions extends WebhookSecretOptions {
  /** Largest difference between the sender's time stamp and now. Default `5m`. */
  readonly tolerance?: Duration
}

/** Options of {@link webhook}. */
export interface WebhookOptions extends TimedWebhookOptions {
  /** Whose format. */
  readonly scheme: WebhookScheme
}

/** What a valid delivery gives. */
export interface WebhookAuth {
  readonly kind: 'webhook'
  readonly scheme: WebhookScheme
  /** The sender's id of the delivery: accepted once for `standard`, not signed for `github`, in the body for `stripe`. */
  readonly deliveryId: string | undefined
  /** When the sender signed, in epoch milliseconds; undefined for `github`. */
  readonly sentAt: number | undefined
}

type WebhookAuthOf = Auth<WebhookAuth, 401 | 413 | 503>

/**
 * Requires the signature of a webhook's sender over the body, and refuses what was accepted before where the sender signs a time or an id.
 * A delivery that is not answered with success counts as not seen, so that the sender's next attempt passes.
 */
export function webhook(given: WebhookOptions): WebhookAuthOf {
  return bindAuth(webhookDefinition, given, webhook) as WebhookAuthOf
}

/** Requires a signature to Standard Webhooks 1.0: HMAC-SHA-256 over id, time stamp and body. */
export function standardWebhooks(given: TimedWebhookOptions): WebhookAuthOf {
  return bindAuth(webhookDefinition, { scheme: 'standard', ...given }, standardWebhooks) as WebhookAuthOf
}

/** Requires GitHub's `X-Hub-Signature-256`. GitHub signs neither a time nor an id: a replay passes, so let the upstream tell deliveries apart by their body. */
export function githubWebhook(given: WebhookSecretOptions): WebhookAuthOf {
  return bindAuth(webhookDefinition, { scheme: 'github', ...given }, githubWebhook) as WebhookAuthOf
}

/** Requires Stripe's `Stripe-Signature`: HMAC-SHA-256 over time stamp and body. */
export function stripeWebhook(given: TimedWebhookOptions): WebhookAuthOf {
  return bindAuth(webhookDefinition, { scheme: 'stripe', ...given }, stripeWebhook) as WebhookAuthOf
}
