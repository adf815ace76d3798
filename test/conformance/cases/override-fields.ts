import assert from 'node:assert/strict'
import { type Case, head } from '../case.js'
import { statusOf, valuesOf } from '../message.js'

/** Fields that make some servers act on another method or path than the one in the request line. */
const FIELDS = [
  ['X-HTTP-Method-Override', 'DELETE'],
  ['X-HTTP-Method', 'DELETE'],
  ['X-Method-Override', 'DELETE'],
  ['X-Original-URL', '/admin/smuggled'],
  ['X-Rewrite-URL', '/admin/smuggled'],
  ['X_Original_URL', '/admin/smuggled'],
  ['X_HTTP_Method_Override', 'DELETE'],
] as const

export const overrideFieldCases: readonly Case[] = [
  ...FIELDS.map(
    ([name, value]): Case => ({
      id: 'H-27',
      title: `${name} stays behind and changes nothing`,
      async run(stage) {
        assert.equal(statusOf(await stage.ask(head('GET', '/public/a', `${name}: ${value}`))), 200)
        const [received] = stage.recorder.requests
        assert.equal(received?.line, 'GET /public/a HTTP/1.1')
        assert.deepEqual(received && valuesOf(received, name), [])
      },
    }),
  ),
  {
    id: 'H-27',
    title: 'X-HTTP-Method-Override does not open a route to another method',
    async run(stage) {
      const response = await stage.ask(head('POST', '/only-get/1', 'X-HTTP-Method-Override: GET', 'Content-Length: 0'))
      assert.equal(statusOf(response), 405)
      assert.deepEqual(stage.recorder.requests, [])
    },
  },
  {
    id: 'H-27',
    title: 'X-Original-URL does not lead past authentication',
    async run(stage) {
      assert.equal(statusOf(await stage.ask(head('GET', '/admin/a', 'X-Original-URL: /public/a', 'X-Rewrite-URL: /public/a'))), 401)
      assert.deepEqual(stage.recorder.requests, [])
    },
  },
]
