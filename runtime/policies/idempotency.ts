import { type CapturedResponse, type Exchange, Problem, type Reply } from '../../sdk/index.js'
import type { IdempotencySettings } from '../../sdk/policies/idempotency.js'
import { fingerprintOf } from '../idempotency/fingerprint.js'
import { KeyLease } from '../idempotency/key-lease.js'
import { readIdempotencyKey } from '../idempotency/read-key.js'
import { encodeAnswer, encodeClaim, type IdempotencyRecord, readRecord } from '../idempotency/record.js'
import type { GatewayExchange } from '../pipeline/exchange.js'
import type { CompileContext, CompilePolicy } from './compiler.js'

/** Statuses after which the same request may well succeed, so that the key is freed for it. */
const isTransient = (status: number) => status >= 500 || status === 408 || status === 425 || status === 429

const invalid = (detail: string) => new Problem('IDEMPOTENCY_KEY_INVALID', { detail })

/** The key of an exchange, or undefined where none was sent and none is needed. */
function keyOf(exchange: Exchange, { required }: IdempotencySettings): string | undefined {
  const given = exchange.headers['idempotency-key']
  if (given === undefined && !required) return undefined
  if (given === undefined) throw invalid('This operation needs an `Idempotency-Key`.')
  const key = typeof given === 'string' ? readIdempotencyKey(given) : undefined
  if (key === undefined) throw invalid('`Idempotency-Key` must be one RFC 9651 string or token of 1 to 255 characters.')
  return key
}

/** What another request's record means for this one. */
function answerFrom(record: IdempotencyRecord | undefined, fingerprint: string, exchange: Exchange): Reply {
  if (record && record.fingerprint !== fingerprint)
    throw new Problem('IDEMPOTENCY_MISMATCH', { detail: 'This key was used for a request with another method, path, query or body.' })
  if (!record?.answer) throw new Problem('IDEMPOTENCY_IN_FLIGHT', { headers: ['Retry-After', '1'] })
  exchange.addResponseHeader('idempotency-replayed', 'true')
  return record.answer
}

/** Compiles `idempotency`: claims the key before the upstream is called, and keeps or frees it when the outcome is known. */
export const compileIdempotency: CompilePolicy<'idempotency'> = (settings, context: CompileContext) => {
  const { identity, services } = context
  const { shared, log, count } = services
  const methods: ReadonlySet<string> = new Set(settings.methods)
  const counted = (outcome: string) => count('gatewright_idempotency_total', { outcome })

  const settle = (exchange: Exchange, lease: KeyLease, fingerprint: string, response: CapturedResponse | undefined) => {
    const kept = response !== undefined && !isTransient(response.status)
    counted(kept ? 'kept' : 'freed')
    const done = kept ? lease.keep(encodeAnswer(fingerprint, response), settings.ttl) : lease.free()
    done.catch((error: unknown) => log.warn({ err: error, requestId: exchange.requestId }, 'an idempotency key could not be settled'))
  }

  /** Without the store nothing is known of the key. */
  const failed = (cause: unknown): undefined => {
    counted('store_failure')
    if (settings.onStoreFailure === 'open') return undefined
    throw new Problem('UNAVAILABLE', { headers: ['Retry-After', '5'], cause })
  }

  const claim = async (exchange: GatewayExchange, key: string): Promise<Reply | undefined> => {
    const body = await exchange.readBody(exchange.route?.bodyLimit ?? 0)
    const fingerprint = fingerprintOf(exchange, body)
    const name = `idempotency\0${identity}\0${settings.by.read(exchange as never)}\0${key}`
    const lease = new KeyLease(shared, name, encodeClaim(fingerprint, exchange.requestId), settings.lease)
    let there: string | undefined
    try {
      there = await lease.claim()
    } catch (cause) {
      return failed(cause)
    }
    if (there !== undefined) {
      const reply = answerFrom(readRecord(there), fingerprint, exchange)
      counted('replayed')
      return reply
    }
    exchange.captureResponse(settings.maxResponse, (response) => settle(exchange, lease, fingerprint, response), { outlivesClient: true })
    // A client that left while the key was claimed is past the end of its exchange, which nothing will report again.
    if (exchange.gone) exchange.hooks?.lost()
    else lease.renew()
    return undefined
  }

  return {
    request(exchange) {
      if (!methods.has(exchange.method)) return undefined
      const key = keyOf(exchange, settings)
      // Every exchange of this runtime is a GatewayExchange, which alone knows its route's limit.
      return key === undefined ? undefined : claim(exchange as GatewayExchange, key)
    },
  }
}
