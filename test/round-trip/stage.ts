import type { ExecutionContext } from 'ava'
import { type Gateway, resolveGateway } from 'gatewright'
import { emitOpenApi } from 'gatewright/generator'
import { testGateway } from 'gatewright/testing'
import { type Issuer, startIssuer } from '../helpers/issuer.js'
import { sendRaw } from '../helpers/raw-http.js'
import { startUpstream } from '../helpers/start-gateway.js'
import { makeSigningKey } from '../helpers/tokens.js'
import { type DeclaredOperation, readOperations, schemaCheck } from './declared.js'
import { type AnyResult, compileClient, type GeneratedClient, importClient, writeClient } from './generated-client.js'
import { answerAsAsked } from './library.js'
import type { SeenResponse } from './seen.js'

/** The key whose digest is in the config; it opens nothing else. */
const API_KEY = 'lib_LB3aEJOE3NLbcPXSRcXMA12si9ISVYR5_2viVJR'
const ORIGIN = 'https://library.example.org'

/** What one call of an operation differs in. */
export interface CallOrder {
  readonly which?: 'valid' | 'invalid' | 'tooLarge'
  /** How the upstream answers; see `answerAsAsked`. */
  readonly answer?: string
  readonly client?: string | undefined
  readonly credentials?: { readonly jwt?: string; readonly apiKey?: string }
  readonly headers?: Readonly<Record<string, string>>
}

/** A running gateway, its document, the client made of it, and everything that was answered. */
export class Stage {
  readonly seen: SeenResponse[] = []
  readonly results: { readonly seen: SeenResponse; readonly result: AnyResult }[] = []
  #clients = 0

  constructor(
    readonly url: string,
    readonly operations: readonly DeclaredOperation[],
    readonly check: ReturnType<typeof schemaCheck>,
    readonly compilation: Readonly<Record<string, string>>,
    readonly generated: GeneratedClient,
    readonly issuer: Issuer,
    readonly token: string,
    readonly closeUpstreams: () => Promise<unknown>,
  ) {}

  /** Credentials that hold. */
  get member() {
    return { jwt: this.token }
  }

  get partner() {
    return { apiKey: API_KEY }
  }

  async #record(operation: string, response: Response): Promise<SeenResponse> {
    const seen = { operation, status: response.status, headers: response.headers, body: new Uint8Array(await response.arrayBuffer()) }
    this.seen.push(seen)
    return seen
  }

  /** Calls an operation once through the generated client, as a client of its own so that no limit is shared. */
  async call(operation: string, order: CallOrder = {}): Promise<AnyResult> {
    const { which = 'valid', answer, credentials = this.member, headers = {} } = order
    const client = 'client' in order ? order.client : `client-${this.#clients++}`
    const run = this.generated[which][operation]
    if (!run) throw new Error(`no ${which} call of ${operation} in calls.ts.txt`)
    let seen: SeenResponse | undefined
    const api = this.generated.createClient({
      baseUrl: this.url,
      retries: 0,
      ...credentials,
      headers: { origin: ORIGIN, ...(client !== undefined && { 'x-client': client }), ...(answer !== undefined && { 'x-answer': answer }) },
      fetch: async (url: string, init: RequestInit) => {
        const response = await fetch(url, init)
        seen = await this.#record(operation, response.clone())
        return response
      },
    })
    const result = await run(api, { headers })
    if (!seen) throw new Error(`${operation} was not answered: ${JSON.stringify(result)}`, { cause: 'cause' in result && result.cause })
    this.results.push({ seen, result })
    return result
  }

  /** Sends a request to an operation’s method and path as bytes. */
  async raw({ id, method, path }: DeclaredOperation, headerLines: string): Promise<void> {
    const { text } = await sendRaw(this.url, `${method} ${path.replace(/\{.*?\}/g, '0001')} HTTP/1.1\r\n${headerLines}\r\n\r\n`)
    const [head = '', body = ''] = text.split('\r\n\r\n')
    const [statusLine = '', ...lines] = head.split('\r\n')
    const headers = lines.map((line): [string, string] => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()])
    await this.#record(id, new Response(body, { status: Number(statusLine.split(' ')[1]), headers }))
  }
}

/** Starts two upstreams, an issuer that is down, and the gateway; generates and compiles the client. All of it ends with the test. */
export async function openStage(t: ExecutionContext): Promise<Stage> {
  const [library, printer, key] = await Promise.all([
    startUpstream(t, answerAsAsked),
    startUpstream(t, answerAsAsked),
    makeSigningKey('ES256', 'k1'),
  ])
  const issuer = await startIssuer(key)
  t.teardown(() => issuer.close())
  issuer.mood = 'error'
  Object.assign(process.env, { LIBRARY_URL: library.url, PRINTER_URL: printer.url, ISSUER_URL: issuer.url })
  const { default: config } = (await import('../fixtures/round-trip/gateway.config.js')) as { default: Gateway }
  const { document } = emitOpenApi(resolveGateway(config))
  const folder = await writeClient(t, document)
  const compilation = await compileClient(folder)
  const gateway = testGateway(config)
  await gateway.start()
  t.teardown(() => gateway.stop({ now: true }))
  const token = await issuer.sign(key, { aud: 'library', sub: 'ann', exp: Math.floor(Date.now() / 1_000) + 600 })
  const closeUpstreams = () => Promise.all([library.close(), printer.close()])
  const generated = await importClient(folder)
  return new Stage(gateway.url, readOperations(document), schemaCheck(document), compilation, generated, issuer, token, closeUpstreams)
}
