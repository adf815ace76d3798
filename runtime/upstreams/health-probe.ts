import type { Dispatcher } from 'undici'
import { parseWith } from '../../sdk/schemas/values.js'
import type { Schema } from '../../sdk/types.js'
import type { UpstreamSettings } from '../../sdk/upstream.js'
import { type ConnectorOptions, createConnector } from './create-connector.js'
import type { ProbeOutcome } from './health-tally.js'
import { probeDeadline } from './probe-deadline.js'

export type HealthSettings = NonNullable<UpstreamSettings['health']>

/** What one probe found, and why if it was not well. */
export interface ProbeResult {
  readonly outcome: ProbeOutcome
  readonly reason: string
}

/** Asks one target how it is, over a connection of its own. */
export interface Probe {
  /** One probe; settles within the timeout and never rejects. */
  run(): Promise<ProbeResult>
  close(): void
}

/** No connection was had, or the peer broke it off. */
const UNREACHABLE = new Set([
  'ECONNREFUSED',
  // No such Unix socket.
  'ENOENT',
  'ECONNRESET',
  'EPIPE',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'ENETDOWN',
  'UND_ERR_SOCKET',
])
const DISCARDED_BYTES = 65_536
/** Most of an answer that is checked; characters. */
const MOST_BODY = 65_536

/** What a failure to connect or to answer says of the target. */
function failedBy({ code, message }: Error & { readonly code?: string }): ProbeResult {
  return { outcome: code !== undefined && UNREACHABLE.has(code) ? 'unreachable' : 'failed', reason: code ?? message }
}

/** What an answer's JSON says of the target. */
async function judgeBody(schema: Schema, body: Dispatcher.ResponseData['body']): Promise<ProbeResult> {
  let text = ''
  body.setEncoding('utf8')
  for await (const chunk of body) {
    text += chunk
    if (text.length > MOST_BODY) {
      body.destroy()
      return { outcome: 'failed', reason: 'the body is larger than 64 KiB' }
    }
  }
  try {
    const { error } = parseWith(schema, JSON.parse(text))
    const issue = error?.issues[0]
    if (!issue) return { outcome: 'ok', reason: 'as expected' }
    return { outcome: 'failed', reason: `body${issue.path.map((key) => `.${String(key)}`).join('')}: ${issue.message}` }
  } catch (error) {
    return { outcome: 'failed', reason: error instanceof SyntaxError ? 'the body is not JSON' : 'the body cannot be checked' }
  }
}

/** Creates the probe of the target at `origin`. */
export function createProbe(origin: URL, settings: HealthSettings, connection: ConnectorOptions = {}): Probe {
  return settings.type === 'tcp' ? createTcpProbe(origin, settings, connection) : createHttpProbe(origin, settings, connection)
}

function createTcpProbe(origin: URL, { timeout }: HealthSettings, connection: ConnectorOptions): Probe {
  const connect = createConnector(origin, timeout, connection)
  const { host, protocol, port } = origin
  const hostname = origin.hostname.replace(/^\[|\]$/g, '')
  return {
    run: () =>
      new Promise((resolve) => {
        connect({ hostname, host, protocol, port }, (error, socket) => {
          socket?.destroy()
          resolve(error ? failedBy(error) : { outcome: 'ok', reason: 'connected' })
        })
      }),
    close: () => undefined,
  }
}

function createHttpProbe(origin: URL, settings: HealthSettings, connection: ConnectorOptions): Probe {
  const { path = '/', timeout, statuses, body: schema } = settings
  // Every probe opens a connection: a reused one may just have been closed by an idle target, which says nothing about it.
  const connect = createConnector(origin, timeout, connection)
  const opened = import('undici').then(
    ({ default: { Client } }) => new Client(origin.origin, { connect, pipelining: 0, maxHeaderSize: 16_384 }),
  )
  const healthy = new Set(statuses)
  return {
    async run() {
      const client = await opened
      const { signal, stop } = probeDeadline(timeout)
      try {
        const { statusCode, body } = await client.request({ method: 'GET', path, headers: { 'user-agent': 'gatewright-health' }, signal })
        if (schema && healthy.has(statusCode)) return await judgeBody(schema, body)
        // The status has decided; how the body ends changes nothing.
        await body.dump({ limit: DISCARDED_BYTES, signal }).catch(() => undefined)
        return { outcome: healthy.has(statusCode) ? 'ok' : 'failed', reason: `status ${statusCode}` }
      } catch (error) {
        if (signal.aborted) return { outcome: 'failed', reason: `no answer within ${timeout} ms` }
        return failedBy(error as Error)
      } finally {
        stop()
      }
    },
    close() {
      opened.then((client) => client.destroy()).catch(() => undefined)
    },
  }
}
