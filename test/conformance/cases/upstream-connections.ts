import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer as createHttpsServer, type ServerOptions } from 'node:https'
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { headers } from 'gatewright'
import { type Case, head, type Stage, type VariantOptions } from '../case.js'
import { statusOf, valuesOf } from '../message.js'
import { respond } from '../recorder.js'

const pem = (name: string) => readFileSync(new URL(`../../fixtures/upstream-tls/${name}.pem`, import.meta.url), 'utf8')
const identity = (name: string) => ({ cert: pem(`${name}.cert`), key: pem(`${name}.key`) })
const ca = pem('ca')

async function listen(stage: Stage, server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  stage.defer(() => void server.close())
  return (server.address() as AddressInfo).port
}

interface TlsUpstream {
  readonly url: string
  /** What each handshake asked for and showed. */
  readonly seen: { servername: string | false | undefined; client: string | undefined; requests: number }
}

async function startTls(stage: Stage, options: ServerOptions): Promise<TlsUpstream> {
  const seen: TlsUpstream['seen'] = { servername: undefined, client: undefined, requests: 0 }
  const server = createHttpsServer(options, (req, res) => {
    const socket = req.socket as TLSSocket & { servername?: string | false }
    seen.servername = socket.servername
    seen.client = socket.getPeerCertificate()?.subject?.CN as string | undefined
    seen.requests++
    res.writeHead(200, { 'content-type': 'application/json' }).end('{}')
  })
  server.on('tlsClientError', () => undefined)
  return { url: `https://localhost:${await listen(stage, server)}`, seen }
}

/** 502 without a word of why, and no request at the upstream. */
async function assertUnreachable(
  stage: Stage,
  target: string,
  upstream: VariantOptions['upstream'] & object,
  withinMs = 3_000,
): Promise<void> {
  const url = await stage.variant({ target, upstream })
  const began = performance.now()
  const response = await stage.ask(head('GET'), { url })
  assert.equal(statusOf(response), 502)
  assert.ok(performance.now() - began < withinMs, 'in time')
  assert.match(response.body, /"UPSTREAM_UNREACHABLE"/)
  assert.ok(!/ECONN|ENOTFOUND|EAI_|certificate|SSL|127\.0\.0\.1|localhost|invalid/i.test(response.body), 'nothing internal is shown')
  assert.ok((await stage.metric('gatewright_upstream_requests_total', { outcome: 'unreachable' }, url)) >= 1)
}

const distrusted = (title: string, options: () => ServerOptions, tls: object = { ca }): Case => ({
  id: 'U-11',
  title: `${title}: 502, and no request is sent`,
  async run(stage) {
    const { url, seen } = await startTls(stage, options())
    await assertUnreachable(stage, url, { tls })
    assert.equal(seen.requests, 0)
  },
})

export const upstreamConnectionCases: readonly Case[] = [
  {
    id: 'U-10',
    title: 'a refused connection: 502 at once',
    run: (stage) => assertUnreachable(stage, 'http://127.0.0.1:1', {}),
  },
  {
    id: 'U-10',
    title: 'a name that does not resolve: 502',
    run: (stage) => assertUnreachable(stage, 'http://no-such-host.invalid', {}, 8_000),
  },
  {
    id: 'U-10',
    title: 'an address that nothing answers from: 502 at the connect timeout',
    run: (stage) => assertUnreachable(stage, 'http://192.0.2.1', { timeouts: { connect: '500ms' } }, 5_000),
  },
  {
    id: 'U-11',
    title: 'a certificate of a trusted authority for the target’s name: 200, the name sent in the handshake',
    async run(stage) {
      const { url: target, seen } = await startTls(stage, identity('localhost'))
      const url = await stage.variant({ target, upstream: { tls: { ca } }, route: { host: 'preserve' } })
      assert.equal(statusOf(await stage.ask(head('GET'), { url })), 200)
      assert.deepEqual(seen, { servername: 'localhost', client: undefined, requests: 1 }, 'the target’s name, not the request’s Host')
    },
  },
  {
    id: 'U-11',
    title: 'a target that asks for a certificate gets the gateway’s own',
    async run(stage) {
      const { url: target, seen } = await startTls(stage, { ...identity('localhost'), ca, requestCert: true, rejectUnauthorized: true })
      const url = await stage.variant({ target, upstream: { tls: { ca, ...identity('client') } } })
      assert.equal(statusOf(await stage.ask(head('GET'), { url })), 200)
      assert.equal(seen.client, 'gatewright')
    },
  },
  distrusted('a certificate of an authority that nobody named', () => identity('localhost'), {}),
  distrusted('an expired certificate', () => identity('expired')),
  distrusted('a certificate for another host', () => identity('elsewhere')),
  distrusted('a self-signed certificate', () => identity('self-signed')),
  distrusted('nothing newer than TLS 1.1', () => ({
    ...identity('localhost'),
    minVersion: 'TLSv1',
    maxVersion: 'TLSv1.1',
    ciphers: 'DEFAULT@SECLEVEL=0',
  })),
  {
    id: 'U-11',
    title: 'a reset in the handshake: 502',
    async run(stage) {
      const port = await listen(
        stage,
        createTcpServer((socket) => socket.on('error', () => undefined).once('data', () => socket.resetAndDestroy())),
      )
      await assertUnreachable(stage, `https://localhost:${port}`, { tls: { ca } })
    },
  },
  {
    id: 'U-11',
    title: 'plain HTTP where TLS is expected: 502, and no request is sent',
    async run(stage) {
      await assertUnreachable(stage, stage.recorder.url.replace('http:', 'https:'), { tls: { ca } })
      assert.equal(stage.recorder.requests.length, 0)
    },
  },
  {
    id: 'U-13',
    title: 'Set-Cookie and Location with an internal host pass as they are',
    async run(stage) {
      const lines = ['Set-Cookie: a=1; Domain=internal.example; Path=/x', 'Location: http://internal.example:8080/x']
      stage.recorder.answer = () => respond(302, lines, '')
      const response = await stage.ask(head('GET'))
      assert.equal(statusOf(response), 302)
      assert.deepEqual(valuesOf(response, 'set-cookie'), ['a=1; Domain=internal.example; Path=/x'])
      assert.deepEqual(valuesOf(response, 'location'), ['http://internal.example:8080/x'])
    },
  },
  {
    id: 'U-14',
    title: 'response fields that tell of the upstream are taken off where the headers policy names them',
    async run(stage) {
      const url = await stage.variant({
        use: { quiet: headers({ response: { remove: ['server', 'x-powered-by', 'x-accel-redirect', 'x-accel-buffering'] } }) },
      })
      stage.recorder.answer = () =>
        respond(200, ['Server: x', 'X-Powered-By: y', 'X-Accel-Redirect: /z', 'x-accel-buffering: no', 'X-Kept: 1'])
      const response = await stage.ask(head('GET'), { url })
      assert.equal(statusOf(response), 200)
      for (const name of ['server', 'x-powered-by', 'x-accel-redirect', 'x-accel-buffering']) assert.deepEqual(valuesOf(response, name), [])
      assert.deepEqual(valuesOf(response, 'x-kept'), ['1'])
    },
  },
]
