// The bare limit: node:http in, undici dispatch out, and the same policies written by hand.

import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type Dispatcher, Pool } from 'undici'
import { announce, createNullLogger, readPeerArguments } from '../harness/peer-arguments.js'
import { prefixes } from '../harness/rows.js'
import { takeOne } from './hand/limiter.js'
import { record } from './hand/metrics.js'
import { connectLimiter } from './hand/redis-limiter.js'
import { checkToken } from './hand/token.js'
import { tunnel } from './hand/tunnel.js'
import { fromUpstream, NewUser, toUpstream, User } from './hand/users.js'

const { row, upstreamPort, redisUrl } = readPeerArguments()
const pool = new Pool(`http://127.0.0.1:${upstreamPort}`, { connections: 256, pipelining: 1, headersTimeout: 30_000, bodyTimeout: 60_000 })
const log = createNullLogger('info')

const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade', 'host'])
const PRIVATE = new Set([...HOP_BY_HOP, 'authorization', 'cookie'])

function copyHeaders(raw: readonly string[], without: ReadonlySet<string>): string[] {
  const out: string[] = []
  for (let index = 0; index < raw.length; index += 2) {
    const name = raw[index] as string
    if (!without.has(name.toLowerCase())) out.push(name, raw[index + 1] as string)
  }
  return out
}

function refuse(res: ServerResponse, status: number): void {
  res.writeHead(status, { 'content-type': 'application/problem+json' }).end(JSON.stringify({ status }))
}

/** Streams the upstream's response to the client. */
class Forwarder implements Dispatcher.DispatchHandler {
  readonly #res: ServerResponse
  readonly #more: readonly string[]
  #resume: (() => void) | undefined
  #abort: (() => void) | undefined

  constructor(res: ServerResponse, more: readonly string[]) {
    this.#res = res
    this.#more = more
    // A client that leaves would else keep its upstream connection waiting to be drained, for ever.
    res.once('close', () => {
      if (!res.writableFinished) this.#abort?.()
    })
  }

  onConnect(abort: () => void): void {
    this.#abort = abort
    if (this.#res.destroyed) abort()
  }

  onHeaders(status: number, raw: Buffer[], resume: () => void): boolean {
    if (status < 200) return true
    this.#resume = resume
    const headers: string[] = []
    for (let index = 0; index < raw.length; index += 2) {
      const name = (raw[index] as Buffer).toString('latin1')
      if (!HOP_BY_HOP.has(name.toLowerCase())) headers.push(name, (raw[index + 1] as Buffer).toString('latin1'))
    }
    this.#res.writeHead(status, [...headers, ...this.#more] as never)
    return true
  }

  onData(chunk: Buffer): boolean {
    if (this.#res.write(chunk)) return true
    this.#res.once('drain', () => this.#resume?.())
    return false
  }

  onComplete(): void {
    this.#res.end()
  }

  onError(): void {
    if (this.#res.headersSent) this.#res.destroy()
    else refuse(this.#res, 502)
  }
}

const bodyOf = (req: IncomingMessage) => (req.headers['content-length'] || req.headers['transfer-encoding'] ? req : null)

function forward(req: IncomingMessage, res: ServerResponse, more: readonly string[]): void {
  const headers = copyHeaders(req.rawHeaders, HOP_BY_HOP)
  pool.dispatch({ path: req.url as string, method: req.method as 'GET', headers, body: bodyOf(req) }, new Forwarder(res, more))
}

const plain = (req: IncomingMessage, res: ServerResponse): void => forward(req, res, [])

function policies(req: IncomingMessage, res: ServerResponse): void {
  const start = performance.now()
  const requestId = randomUUID()
  const claims = checkToken(req.headers.authorization)
  const remaining = claims ? takeOne(claims.sub) : -1
  if (!claims || remaining < 0) {
    refuse(res, claims ? 429 : 401)
    return
  }
  res.on('close', () => {
    const duration = performance.now() - start
    record(res.statusCode, duration)
    if (row === 'log')
      log.info(
        { requestId, route: 'items.get', method: req.method, path: req.url, status: res.statusCode, durationMs: duration },
        'request',
      )
  })
  const headers = copyHeaders(req.rawHeaders, PRIVATE)
  headers.push('x-user', claims.sub, 'x-request-id', requestId)
  const more = ['x-request-id', requestId, 'x-served-by', 'bench', 'ratelimit', `"default";r=${remaining};t=60`]
  pool.dispatch({ path: req.url as string, method: req.method as 'GET', headers, body: bodyOf(req) }, new Forwarder(res, more))
}

function collect(req: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    req.on('data', (chunk: Buffer) => chunks.push(chunk))
    req.on('end', () => resolve(Buffer.concat(chunks).toString()))
    req.on('error', reject)
  })
}

/** Collects the upstream's JSON. */
class Collector implements Dispatcher.DispatchHandler {
  readonly #done: (status: number, text: string) => void
  readonly #chunks: Buffer[] = []
  #status = 0

  constructor(done: (status: number, text: string) => void) {
    this.#done = done
  }

  onConnect(): void {}

  onHeaders(status: number): boolean {
    this.#status = status
    return true
  }

  onData(chunk: Buffer): boolean {
    this.#chunks.push(chunk)
    return true
  }

  onComplete(): void {
    this.#done(this.#status, Buffer.concat(this.#chunks).toString())
  }

  onError(): void {
    this.#done(502, '')
  }
}

async function transform(req: IncomingMessage, res: ServerResponse): Promise<void> {
  const parsed = NewUser.safeParse(JSON.parse(await collect(req)))
  if (!parsed.success) return refuse(res, 400)
  const body = JSON.stringify(toUpstream(parsed.data))
  const headers = copyHeaders(req.rawHeaders, new Set([...HOP_BY_HOP, 'content-length']))
  headers.push('content-length', String(Buffer.byteLength(body)))
  const collector = new Collector((status, text) => {
    if (status !== 200) return refuse(res, 502)
    const user = User.safeParse(fromUpstream(JSON.parse(text)))
    if (!user.success) return refuse(res, 502)
    const out = JSON.stringify(user.data)
    res.writeHead(200, { 'content-type': 'application/json; charset=utf-8', 'content-length': Buffer.byteLength(out) }).end(out)
  })
  pool.dispatch({ path: '/users', method: 'POST', headers, body }, collector)
}

const table = new Set(prefixes(row))

function routes(req: IncomingMessage, res: ServerResponse): void {
  const url = req.url as string
  if (table.has(url.slice(0, url.lastIndexOf('/')))) plain(req, res)
  else refuse(res, 404)
}

const takeShared = row === 'redis-limit' ? await connectLimiter(redisUrl) : undefined

async function shared(req: IncomingMessage, res: ServerResponse): Promise<void> {
  const remaining = (await takeShared?.(req.socket.remoteAddress as string)) ?? -1
  if (remaining < 0) refuse(res, 429)
  else forward(req, res, ['ratelimit', `"default";r=${remaining};t=60`])
}

const handlers: Partial<Record<typeof row, (req: IncomingMessage, res: ServerResponse) => void>> = {
  policies,
  log: policies,
  'tokens-1000': policies,
  'tokens-1000-rs256': policies,
  'redis-limit': shared,
  transform,
  routes,
  '10k-routes': routes,
  '10-routes': routes,
}
const server = createServer({ noDelay: true, keepAliveTimeout: 70_000 }, handlers[row] ?? plain)
if (row === 'websocket') server.on('upgrade', (req, socket, head) => tunnel(req, socket, head, upstreamPort))
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (address && typeof address === 'object') announce(address.port)
})
