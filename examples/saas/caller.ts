import { createHmac } from 'node:crypto'
import { settings } from './settings.js'

/** What the gateway answered. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: whatever JSON came
  readonly body: any
}

async function send(path: string, init: RequestInit): Promise<Answer> {
  const response = await fetch(`http://127.0.0.1:${settings.gatewayPort}${path}`, init)
  return { status: response.status, headers: response.headers, body: await response.json() }
}

/** Asks for the projects of whoever has the key. */
export const list = (key?: string, more: Readonly<Record<string, string>> = {}): Promise<Answer> =>
  send('/projects', { headers: { ...(key !== undefined && { 'x-api-key': key }), ...more } })

/** Starts a project. */
export const create = (key: string, name: string): Promise<Answer> =>
  send('/projects', {
    method: 'POST',
    headers: { 'x-api-key': key, 'content-type': 'application/json' },
    body: JSON.stringify({ name }),
  })

/** A delivery of the billing provider, signed as Standard Webhooks 1.0 has it. */
export function sign(id: string, body: string): Readonly<Record<string, string>> {
  const time = String(Math.floor(Date.now() / 1_000))
  const secret = Buffer.from(settings.billingSecret.replace(/^whsec_/, ''), 'base64')
  const digest = createHmac('sha256', secret).update(`${id}.${time}.${body}`).digest('base64')
  return { 'webhook-id': id, 'webhook-timestamp': time, 'webhook-signature': `v1,${digest}` }
}

/** Delivers a report. */
export const deliver = (body: string, headers: Readonly<Record<string, string>>): Promise<Answer> =>
  send('/hooks/billing', { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body })
