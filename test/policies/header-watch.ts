import { definePolicy, type Effects, type Policy } from 'gatewright'
import { z } from 'zod'
import type { GatewayExchange } from '../../runtime/pipeline/exchange.js'
import { credentialHeader } from '../../sdk/effects.js'
import type { DeclaredOperation } from '../round-trip/declared.js'

/** What HTTP itself, a browser or a proxy sends with any request, and what OpenAPI leaves to security: no caller writes these because of a policy. */
const SENT_ANYHOW = new Set([
  ...['accept-encoding', 'authorization', 'connection', 'content-encoding', 'content-length', 'content-type', 'expect', 'host'],
  ...['if-match', 'if-range', 'max-forwards', 'if-unmodified-since', 'pragma', 'range', 'transfer-encoding', 'upgrade'],
  ...['access-control-request-headers', 'access-control-request-method', 'cookie', 'origin', 'referer', 'referrer', 'user-agent'],
  ...['forwarded', 'sec-fetch-dest', 'sec-fetch-mode', 'sec-fetch-site', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-port'],
  ...['x-forwarded-prefix', 'x-forwarded-proto', 'x-forwarded-server', 'x-forwarded-ssl'],
])

/** What a signature covers, or is about, which belongs to its scheme. */
const SIGNED = new Set(['content-digest', 'signature-input', 'webhook-id', 'webhook-timestamp', 'x-github-delivery'])

/** Sees which request headers are asked for by name. */
export class HeaderWatch {
  readonly #read = new Set<string>()

  /** Goes before the other policies. */
  readonly policy: Policy = definePolicy({
    name: 'watch',
    phase: 'admit',
    options: z.strictObject({}),
    compile: () => ({ request: (exchange) => this.#watch(exchange as GatewayExchange) }),
  })({})

  #watch({ req }: GatewayExchange): void {
    const read = this.#read
    req.headers = new Proxy(req.headers, {
      get(headers, name) {
        if (typeof name === 'string') read.add(name)
        return Reflect.get(headers, name)
      },
    })
  }

  /** What was read and is neither a parameter of the operation nor a credential of its route. */
  undeclared({ requestHeaders }: DeclaredOperation, { security }: Required<Effects>): readonly string[] {
    const credentials = security.flatMap((one) => [one, ...(one.with ?? [])])
    const declared = new Set([...requestHeaders, ...credentials.map(credentialHeader), ...SENT_ANYHOW])
    if (credentials.some(({ type }) => type === 'signature')) for (const name of SIGNED) declared.add(name)
    return [...this.#read].filter((name) => !declared.has(name)).sort()
  }
}
