import assert from 'node:assert/strict'
import { type Case, head } from '../case.js'
import { assertAbsent, assertValues, forwarded } from '../checks.js'
import { statusOf, valuesOf } from '../message.js'
import { respond } from '../recorder.js'

export const hopByHopCases: readonly Case[] = [
  {
    id: 'P-02',
    title: 'hop-by-hop request fields stay behind',
    async run(stage) {
      const lines = [
        'Connection: close, TE',
        'TE: foo, bar;q=1, trailers',
        'Keep-Alive: 5',
        'Proxy-Connection: x',
        'Proxy-Authorization: x',
      ]
      const received = await forwarded(stage, head('GET', '/public/a', ...lines))
      assertAbsent(received, 'te', 'keep-alive', 'proxy-connection', 'proxy-authorization')
      for (const value of valuesOf(received, 'connection')) assert.match(value, /^(?:keep-alive|close)$/i)
    },
  },
  {
    id: 'P-02',
    title: 'the upstream gets one Connection field of the gateway’s own, also where the client says close',
    async run(stage) {
      const received = await forwarded(stage, head('GET', '/public/a', 'Connection: close'))
      assertValues(received, 'connection', 'keep-alive')
    },
  },
  {
    id: 'P-03',
    title: 'fields that Connection nominates stay behind, in any case and over several lines',
    async run(stage) {
      const lines = ['Connection: Upgrade, X-A', 'Connection: x-b', 'X-A: 1', 'X-B: 2', 'X-C: 3']
      const received = await forwarded(stage, head('GET', '/public/a', ...lines))
      assertAbsent(received, 'x-a', 'x-b', 'upgrade')
      assertValues(received, 'x-c', '3')
    },
  },
  {
    id: 'P-04',
    title: 'an empty Connection line does not hide the next one',
    async run(stage) {
      const received = await forwarded(stage, head('GET', '/public/a', 'Connection:', 'Connection: X-A', 'X-A: 1'))
      assertAbsent(received, 'x-a')
    },
  },
  {
    id: 'P-05',
    title: 'a nominated Host, X-Forwarded-For or Via does not take the gateway’s own away',
    async run(stage) {
      const lines = ['Connection: Host, X-Forwarded-For, Via', 'X-Forwarded-For: 6.6.6.6']
      const received = await forwarded(stage, head('GET', '/public/a', ...lines))
      assertValues(received, 'host', new URL(stage.recorder.url).host)
      assertValues(received, 'x-forwarded-for', '127.0.0.1')
      assert.equal(valuesOf(received, 'via').length, 1)
    },
  },
  {
    id: 'P-05',
    title: 'a nominated Content-Length does not change the framing',
    async run(stage) {
      const lines = ['Connection: close, Content-Length', 'Content-Type: application/json', 'Content-Length: 2']
      const received = await forwarded(stage, `${head('POST', '/public/a', ...lines)}{}`)
      assertValues(received, 'content-length', '2')
      assertAbsent(received, 'transfer-encoding')
      assert.equal(received.body, '{}')
    },
  },
  {
    id: 'P-05',
    title: 'a nominated credential is the client’s loss: it is checked and goes no further',
    async run(stage) {
      const lines = ['Connection: X-Api-Key, Authorization', `X-Api-Key: ${stage.apiKey}`, 'Authorization: Basic eDp5']
      const received = await forwarded(stage, head('GET', '/admin/a', ...lines))
      assertAbsent(received, 'authorization', 'x-api-key')
    },
  },
  {
    id: 'P-06',
    title: 'hop-by-hop response fields and those nominated stay behind',
    async run(stage) {
      stage.recorder.answer = () =>
        respond(200, [
          'Connection: X-Hop',
          'X-Hop: 1',
          'Keep-Alive: timeout=5',
          'Upgrade: h2c',
          'Proxy-Connection: x',
          'Proxy-Authenticate: x',
        ])
      const response = await stage.ask(head('GET'))
      assert.equal(statusOf(response), 200)
      assertAbsent(response, 'x-hop', 'upgrade', 'proxy-connection', 'proxy-authenticate')
    },
  },
  {
    id: 'P-06',
    title: 'a response’s nominated names compare without case, over several lines, and its length stays',
    async run(stage) {
      stage.recorder.answer = () => respond(201, ['Connection: close, x-ONE', 'Connection: Content-Length, X-Two', 'X-One: 1', 'x-two: 2'])
      const response = await stage.ask(head('GET'))
      assertAbsent(response, 'x-one', 'x-two', 'transfer-encoding')
      assertValues(response, 'content-length', '11')
    },
  },
  {
    id: 'P-06',
    title: 'the upstream’s Connection: close does not close the client’s connection',
    async run(stage) {
      stage.recorder.answer = () => respond(200, ['Connection: close'])
      const { client } = await stage.ask(head('GET'))
      client.send(head('GET', '/public/b'))
      assert.equal(statusOf(await client.response()), 200)
    },
  },
]
