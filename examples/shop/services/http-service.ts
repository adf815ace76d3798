import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A request as a service sees it: the path in segments, the body read on demand. */
export interface Call {
  readonly method: string
  readonly url: URL
  readonly segments: readonly string[]
  readonly headers: IncomingMessage['headers']
  json(): Promise<unknown>
}

/** What a service answers: a JSON body, or bytes with their media type. */
export interface Answer {
  readonly status: number
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

export type Handler = (call: Call) => Answer | Promise<Answer>

/** An error that a service answers as `application/problem+json` (RFC 9457). */
export class ServiceProblem extends Error {
  readonly status: number
  readonly code: string
  readonly extensions: Readonly<Record<string, unknown>>

  constructor(status: number, code: string, detail: string, extensions: Readonly<Record<string, unknown>> = {}) {
    super(detail)
    this.status = status
    this.code = code
    this.extensions = extensions
  }
}

const BODY_LIMIT = 64 * 1024

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  let length = 0
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      length += chunk.length
      if (length <= BODY_LIMIT) chunks.push(chunk)
    }
  } catch {
    throw new ServiceProblem(400, 'INCOMPLETE', 'the body ended early')
  }
  if (length > BODY_LIMIT) throw new ServiceProblem(413, 'TOO_LARGE', `a body may have at most ${BODY_LIMIT} bytes`)
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'))
  } catch {
    throw new ServiceProblem(400, 'NOT_JSON', 'the body is not JSON')
  }
}

function problemOf(error: unknown): Answer {
  const known = error instanceof URIError ? new ServiceProblem(400, 'BAD_PATH', 'the path is not well encoded') : error
  if (!(known instanceof ServiceProblem)) console.error(error)
  const { status, code, message, extensions } =
    known instanceof ServiceProblem ? known : new ServiceProblem(500, 'BROKEN', 'the service failed')
  const body = { type: `urn:shop:${code.toLowerCase()}`, title: code.toLowerCase().replaceAll('_', ' '), status, code, detail: message }
  return { status, headers: { 'content-type': 'application/problem+json' }, body: { ...body, ...extensions } }
}

function send(response: ServerResponse, name: string, answer: Answer, head: boolean): void {
  const bytes = answer.body === undefined || Buffer.isBuffer(answer.body) ? answer.body : Buffer.from(JSON.stringify(answer.body))
  response.writeHead(answer.status, {
    'x-served-by': name,
    ...(bytes && { 'content-type': 'application/json', 'content-length': bytes.length }),
    ...answer.headers,
  })
  response.end(head ? undefined : bytes)
}

async function answerTo(request: IncomingMessage, name: string, handler: Handler): Promise<Answer> {
  const url = new URL(request.url ?? '/', 'http://service')
  if (url.pathname === '/healthz') return { status: 200, body: { status: 'ok', service: name } }
  const method = request.method === 'HEAD' ? 'GET' : (request.method ?? 'GET')
  const segments = url.pathname.split('/').slice(1).map(decodeURIComponent)
  return handler({ method, url, segments, headers: request.headers, json: () => readJson(request) })
}

/** An HTTP server that answers `/healthz`, hands everything else to `handler`, and names itself in `x-served-by`. */
export function createService(name: string, handler: Handler): Server {
  const server = createServer(async (request, response) => {
    const answer = await answerTo(request, name, handler).catch(problemOf)
    send(response, name, answer, request.method === 'HEAD')
  })
  // Longer than any client keeps an idle connection, so that none is closed under a request on its way.
  server.keepAliveTimeout = 75_000
  return server
}

/** Listens on 127.0.0.1 and resolves to the port; 0 takes a free one. */
export function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))
  })
}

/** Runs a service as a process: listens on `PORT`, stops on SIGTERM after the requests in flight. */
export async function runService(server: Server): Promise<void> {
  process.once('SIGTERM', () => {
    server.close()
    server.closeIdleConnections()
  })
  await listen(server, Number(process.env['PORT'])).catch((error: Error) => {
    console.error(error.message)
    process.exitCode = 1
  })
}
