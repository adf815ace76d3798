import assert from 'node:assert/strict'
import { headers } from 'gatewright'
import { type Case, head } from '../case.js'
import { assertAbsent, assertValues, forwarded, refused } from '../checks.js'
import { statusOf, valuesOf } from '../message.js'
import { respond } from '../recorder.js'

const SPOOFED = [
  'Forwarded: for=6.6.6.6;host=evil',
  'X-Forwarded-Host: evil',
  'X-Forwarded-Proto: https',
  'X-Forwarded-Port: 1',
  'X-Forwarded-Prefix: /evil',
  'X-Forwarded-Server: evil',
  'X-Forwarded-Ssl: on',
  'X-Real-IP: 6.6.6.6',
  'True-Client-IP: 6.6.6.6',
  'CF-Connecting-IP: 6.6.6.6',
]
const TRUSTING = { server: { trustedProxies: ['127.0.0.0/8'] } }

export const forwardedFieldsCases: readonly Case[] = [
  {
    id: 'P-09',
    title: 'X-Forwarded-For is the peer’s address where the client sends none',
    async run(stage) {
      assertValues(await forwarded(stage, head('GET')), 'x-forwarded-for', '127.0.0.1')
    },
  },
  {
    id: 'P-09',
    title: 'X-Forwarded-For of an untrusted peer is replaced, over any number of lines',
    async run(stage) {
      const received = await forwarded(stage, head('GET', '/public/a', 'X-Forwarded-For: 6.6.6.6', 'x-forwarded-for: 7.7.7.7'))
      assertValues(received, 'x-forwarded-for', '127.0.0.1')
    },
  },
  {
    id: 'P-09',
    title: 'X-Forwarded-For of a trusted peer is kept, with the peer added',
    async run(stage) {
      const url = await stage.variant(TRUSTING)
      const received = await forwarded(stage, head('GET', '/public/a', 'X-Forwarded-For: 6.6.6.6', 'X-Forwarded-For: 10.0.0.1'), url)
      assertValues(received, 'x-forwarded-for', '6.6.6.6, 10.0.0.1, 127.0.0.1')
    },
  },
  {
    id: 'P-09',
    title: 'X-Forwarded-* are left out where the headers policy removes them',
    async run(stage) {
      const edits = headers({ request: { remove: ['x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto'] } })
      const url = await stage.variant({ route: { use: { edits } } })
      assertAbsent(await forwarded(stage, head('GET'), url), 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto')
    },
  },
  {
    id: 'P-10',
    title: 'what an untrusted peer says of the client and of the outer request is dropped or rewritten',
    async run(stage) {
      const received = await forwarded(stage, head('GET', '/public/a', ...SPOOFED))
      assertAbsent(received, 'forwarded', 'x-forwarded-port', 'x-forwarded-prefix', 'x-forwarded-server', 'x-forwarded-ssl', 'x-real-ip')
      assertAbsent(received, 'true-client-ip', 'cf-connecting-ip')
      assertValues(received, 'x-forwarded-host', 'gw')
      assertValues(received, 'x-forwarded-proto', 'http')
    },
  },
  {
    id: 'P-10',
    title: 'what a trusted peer says of the client and of the outer request passes',
    async run(stage) {
      const received = await forwarded(stage, head('GET', '/public/a', ...SPOOFED), await stage.variant(TRUSTING))
      for (const line of SPOOFED) {
        const [name = '', value = ''] = line.split(': ')
        assertValues(received, name, value)
      }
    },
  },
  {
    id: 'P-10',
    title: 'X-Forwarded-* with underscores are dropped, of a trusted peer too',
    async run(stage) {
      const received = await forwarded(stage, head('GET', '/public/a', 'X_Forwarded_For: 6.6.6.6'), await stage.variant(TRUSTING))
      assertAbsent(received, 'x_forwarded_for')
    },
  },
  {
    id: 'P-38',
    title: 'Via names the gateway, after the names that came',
    async run(stage) {
      const received = await forwarded(stage, head('GET', '/public/a', 'Via: 1.0 fred, 1.1 edge'))
      assert.match(valuesOf(received, 'via').join(', '), /^1\.0 fred, 1\.1 edge, 1\.1 gatewright-[0-9a-f]{8}$/)
    },
  },
  {
    id: 'P-38',
    title: 'Via tells the version that the client spoke',
    async run(stage) {
      const received = await forwarded(stage, 'GET /public/a HTTP/1.0\r\nHost: gw\r\n\r\n')
      assert.match(valuesOf(received, 'via').join(', '), /^1\.0 gatewright-/)
    },
  },
  {
    id: 'P-38',
    title: 'a request that comes back to the same gateway is stopped with 508',
    async run(stage) {
      const [via = ''] = valuesOf(await forwarded(stage, head('GET')), 'via')
      stage.recorder.requests.length = 0
      const response = await refused(stage, head('GET', '/public/a', `Via: ${via}, 1.1 other`), 508)
      assert.match(response.body, /"code":"LOOP_DETECTED"/)
      assert.equal(valuesOf(response, 'x-request-id').length, 1)
    },
  },
  {
    id: 'P-38',
    title: 'two gateways in a row are no loop',
    async run(stage) {
      const [via = ''] = valuesOf(await forwarded(stage, head('GET')), 'via')
      stage.recorder.requests.length = 0
      const received = await forwarded(stage, head('GET', '/public/a', `Via: ${via}`), await stage.variant({}))
      assert.equal(valuesOf(received, 'via').length, 2)
    },
  },
  {
    id: 'P-38',
    title: 'a gateway whose upstream is itself ends in one 508, not in a storm',
    async run(stage) {
      const upstreams: string[] = []
      // The recorder hands a request back to the gateway, as a misconfigured upstream would; a few times at most.
      stage.recorder.answer = (request, socket) => {
        if (upstreams.push(request.line) > 3) return respond()
        const again = stage.ask(request.raw.replace(/^host:.*$/im, 'Host: gw'))
        again.then((response) => socket.write(response.raw, 'latin1')).catch(() => socket.destroy())
        return undefined
      }
      const response = await stage.ask(head('GET'))
      assert.equal(statusOf(response), 508)
      assert.equal(upstreams.length, 1)
    },
  },
]
