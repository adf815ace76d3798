import assert from 'node:assert/strict'
import { type Case, head } from '../case.js'
import { assertAbsent, assertValues, receivedBy, refused } from '../checks.js'
import { statusOf, valuesOf } from '../message.js'

const JSON_TYPE = 'Content-Type: application/json'

export const requestBodyCases: readonly Case[] = [
  ...['/public/a', '/upload/a'].map(
    (path): Case => ({
      id: 'P-29',
      title: `a body with a length on ${path} reaches the upstream with that length, not in chunks`,
      async run(stage) {
        const response = await stage.ask(`${head('POST', path, JSON_TYPE, 'Content-Length: 7')}{"a":1}`)
        assert.equal(statusOf(response), 200)
        const received = receivedBy(stage)
        assertValues(received, 'content-length', '7')
        assertAbsent(received, 'transfer-encoding')
        assert.equal(received.body, '{"a":1}')
      },
    }),
  ),
  {
    id: 'P-29',
    title: 'a chunked body reaches the upstream whole and well framed',
    async run(stage) {
      const chunks = '3;x=y\r\n{"a\r\n4\r\n":1}\r\n0\r\n\r\n'
      for (const path of ['/public/a', '/upload/a']) {
        const response = await stage.ask(`${head('POST', path, JSON_TYPE, 'Transfer-Encoding: chunked')}${chunks}`)
        assert.equal(statusOf(response), 200)
        const received = receivedBy(stage)
        stage.recorder.requests.length = 0
        assert.equal(received.body, '{"a":1}')
        assert.equal(valuesOf(received, 'content-length').length + valuesOf(received, 'transfer-encoding').length, 1)
      }
    },
  },
  ...['POST', 'PUT', 'PATCH', 'DELETE'].flatMap((method) =>
    [[], ['Content-Length: 0']].map(
      (lines): Case => ({
        id: 'P-30',
        title: `${method} ${lines.length === 0 ? 'without a body' : 'with length 0'} gains no body and no chunk`,
        async run(stage) {
          const response = await stage.ask(head(method, '/public/a', ...lines))
          assert.equal(statusOf(response), 200)
          const received = receivedBy(stage)
          assertAbsent(received, 'transfer-encoding')
          assert.ok(['', '0'].includes(valuesOf(received, 'content-length').join()))
          assert.ok(stage.recorder.streams.every((bytes) => bytes === '' || bytes.endsWith('\r\n\r\n')))
        },
      }),
    ),
  ),
  ...['GET', 'HEAD', 'OPTIONS', 'DELETE'].flatMap((method) =>
    [
      { how: 'a length', lines: ['Content-Length: 27'], bytes: 'GET /smuggled HTTP/1.1\r\n\r\n\n' },
      { how: 'chunks', lines: ['Transfer-Encoding: chunked'], bytes: '1b\r\nGET /smuggled HTTP/1.1\r\n\r\n\n\r\n0\r\n\r\n' },
    ].map(
      ({ how, lines, bytes }): Case => ({
        id: 'P-31',
        title: `${method} with a body by ${how} is forwarded whole; the next request is its own`,
        async run(stage) {
          const client = await stage.connect()
          client.send(head(method, '/public/a', ...lines) + bytes)
          assert.equal(statusOf(await client.finalResponse({ bodiless: method === 'HEAD' })), 200)
          client.send(head('GET', '/public/next'))
          assert.equal(statusOf(await client.finalResponse()), 200)
          assert.deepEqual(
            stage.recorder.requests.map(({ line, body }) => [line.split(' ', 2).join(' '), body]),
            [
              [`${method} /public/a`, 'GET /smuggled HTTP/1.1\r\n\r\n\n'],
              ['GET /public/next', ''],
            ],
          )
        },
      }),
    ),
  ),
  {
    id: 'P-31',
    title: 'a body refused with 415 or 400 does not poison what comes after it',
    notApplicable: { streamed: 'reads no body', hapi: 'reads no body', stock: 'reads no body' },
    async run(stage) {
      for (const type of ['text/plain', 'application/json']) {
        const client = await stage.connect()
        client.send(`${head('POST', '/upload/a', `Content-Type: ${type}`, 'Content-Length: 26')}GET /smuggled HTTP/1.1\r\n\r\n`)
        assert.ok([400, 415].includes(statusOf(await client.finalResponse())))
        client.send(head('GET', '/public/next'))
        await client.finalResponse()
      }
      assert.deepEqual(
        stage.recorder.requests.map(({ line }) => line),
        ['GET /public/next HTTP/1.1', 'GET /public/next HTTP/1.1'],
      )
    },
  },
  {
    id: 'P-27',
    title: 'request trailers are dropped, with the Trailer field, and never merged into the header',
    async run(stage) {
      const lines = ['Transfer-Encoding: chunked', 'Trailer: X-T, X-User-Id', 'TE: trailers', JSON_TYPE]
      const response = await stage.ask(`${head('POST', '/public/a', ...lines)}2\r\n{}\r\n0\r\nX-T: v\r\nX-User-Id: admin\r\n\r\n`)
      assert.equal(statusOf(response), 200)
      const received = receivedBy(stage)
      assertAbsent(received, 'trailer', 'x-t', 'x-user-id', 'te')
      assert.deepEqual(received.trailers, [])
      assert.equal(received.body, '{}')
    },
  },
  {
    id: 'P-27',
    title: 'a Trailer field on a request without chunks is dropped, not an error',
    async run(stage) {
      assert.equal(statusOf(await stage.ask(head('GET', '/public/a', 'Trailer: X-T'))), 200)
      assertAbsent(receivedBy(stage), 'trailer')
    },
  },
  ...[
    'Host: evil',
    'Content-Length: 100',
    'Transfer-Encoding: chunked',
    'Authorization: Basic eDp5',
    'Content-Type: text/evil',
    'X-Api-Key: k',
  ].map(
    (trailer): Case => ({
      id: 'P-28',
      title: `a trailer \`${trailer}\` has no effect`,
      async run(stage) {
        const bytes = `${head('POST', '/public/a', 'Transfer-Encoding: chunked', JSON_TYPE)}2\r\n{}\r\n0\r\n${trailer}\r\n\r\n`
        const response = await stage.ask(bytes)
        if (statusOf(response) === 400) return
        assert.equal(statusOf(response), 200)
        const received = receivedBy(stage)
        assertValues(received, 'host', new URL(stage.recorder.url).host)
        assertValues(received, 'content-type', 'application/json')
        assertAbsent(received, 'authorization', 'x-api-key')
        assert.equal(received.body, '{}')
      },
    }),
  ),
  {
    id: 'P-28',
    title: 'a credential in a trailer opens nothing',
    async run(stage) {
      const bytes = `${head('POST', '/admin/a', 'Transfer-Encoding: chunked')}2\r\n{}\r\n0\r\nX-Api-Key: ${stage.apiKey}\r\n\r\n`
      await refused(stage, bytes, 401)
    },
  },
]
