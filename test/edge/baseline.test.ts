import test from 'ava'
import { defineGateway } from 'gatewright'
import { createListener } from '../../runtime/edge/listener.js'
import { resolveGateway } from '../../sdk/index.js'

const { server: settings } = resolveGateway(defineGateway({ info: { title: 'Test', version: '1.0.0' }, routes: {} })).settings

test('the limits of clients are on unless set otherwise', (t) => {
  t.deepEqual(settings.limits, {
    headers: 16_384,
    headerCount: 100,
    uri: 8_192,
    queryParameters: 1_000,
    connections: 10_000,
    connectionsPerIp: 256,
    requestsPerConnection: 10_000,
    streams: 100,
  })
  t.deepEqual(settings.timeouts, { headers: 10_000, request: 300_000, keepAlive: 70_000 })
  t.deepEqual(settings.bodyRate, { bytes: 240, over: 5_000 })
  t.deepEqual(settings.overload, { eventLoopDelay: 200, heap: 0.95 })
})

test('O-18: the listener has the settings of an edge: idle connections live for 70 s, longer than balancers before it keep theirs', (t) => {
  const ignore = () => undefined
  const handlers = { request: ignore, refused: ignore, closed: ignore, upgrades: () => false, upgrade: ignore }
  const listener = createListener(settings, handlers, undefined).server
  t.is(listener.headersTimeout, 10_000)
  t.is(listener.requestTimeout, 300_000)
  t.is(listener.keepAliveTimeout, 70_000)
  t.is(listener.maxHeadersCount, 0)
  t.is(listener.maxRequestsPerSocket, 10_000)
  for (const event of ['clientError', 'checkContinue', 'checkExpectation', 'connect', 'upgrade'])
    t.is(listener.listenerCount(event), 1, event)
})
