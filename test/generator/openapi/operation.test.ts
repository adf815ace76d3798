import test from 'ava'
import { route } from 'gatewright'
import { emitOpenApi } from 'gatewright/generator'
import { z } from 'zod'
import { summaryOf } from '../../../generator/openapi/words.js'
import { anyUpstream, documentOf, gatewayOf } from '../../helpers/document-of.js'

const at = (path: string, more: object = {}) => route({ method: 'GET', path, upstream: anyUpstream, ...more } as never)

const summaries: readonly (readonly [id: string, summary: string])[] = [
  ['users.get', 'Get users'],
  ['health', 'Health'],
  ['shop.orderItems.list', 'List shop order items'],
  ['users.getById', 'Get users by id'],
  ['users.listOrders', 'List orders of users'],
  ['users.resetAPIKey', 'Reset API key of users'],
  ['files_v2.read', 'Read files v2'],
]

for (const [id, summary] of summaries)
  test(`the summary of ${id} is "${summary}"`, (t) => {
    t.is(summaryOf(id.split('.')), summary)
  })

test('a route’s own text comes before its comment, and that before the words of its key', (t) => {
  const docs = new Map([
    ['own', { summary: 'From the comment', description: 'Described in the comment.' }],
    ['comment', { summary: 'From the comment', description: 'Described in the comment.' }],
  ])
  const document = documentOf(
    { own: at('/own', { summary: 'Own', description: 'Described here.' }), comment: at('/comment'), words: at('/words') },
    {},
    { docs },
  )
  const textOf = (path: string) => [document.paths[path].get.summary, document.paths[path].get.description]
  t.deepEqual(textOf('/own'), ['Own', 'Described here.'])
  t.deepEqual(textOf('/comment'), ['From the comment', 'Described in the comment.'])
  t.deepEqual(textOf('/words'), ['Words', 'Words.'])
})

test('the operation id is the key path, and the tag its first key', (t) => {
  const document = documentOf({ users: { get: at('/users') } })
  t.is(document.paths['/users'].get.operationId, 'users.get')
  t.deepEqual(document.paths['/users'].get.tags, ['users'])
  t.deepEqual(document.tags, [{ name: 'users', description: 'Users.' }])
})

test('routes of any method are in neither document', (t) => {
  const routes = { any: at('/any', { method: '*' }), one: at('/one') }
  t.deepEqual(Object.keys(documentOf(routes).paths), ['/one'])
  t.deepEqual(Object.keys(documentOf(routes, {}, { variant: 'internal' }).paths), ['/one'])
})

test('a wildcard is a parameter, with a note of what it spans', (t) => {
  const { get } = documentOf({ files: at('/files/{path*}') }).paths['/files/{path}']
  t.regex(get.description, /`path` is the whole rest of the path/)
  t.deepEqual(get.parameters, [{ name: 'path', in: 'path', required: true, schema: { type: 'string' }, 'x-wildcard': true }])
})

test('paths that differ in the names of their parameters are one item under the first one’s names', (t) => {
  const document = documentOf({
    get: at('/users/{id}'),
    put: at('/users/{name}', { method: 'PUT', params: z.object({ name: z.string().max(9) }) }),
  })
  t.deepEqual(Object.keys(document.paths), ['/users/{id}'])
  t.deepEqual(Object.keys(document.paths['/users/{id}']), ['get', 'put'])
  t.deepEqual(document.paths['/users/{id}'].put.parameters, [
    { name: 'id', in: 'path', required: true, schema: { type: 'string', maxLength: 9 } },
  ])
})

test('of routes told apart by `match`, the widest stands in the document and names the others', (t) => {
  const document = documentOf({
    beta: at('/users', { match: { headers: { 'x-channel': 'beta' } } }),
    all: at('/users'),
    host: at('/users', { match: { host: 'a.example.org' } }),
  })
  const { get } = document.paths['/users']
  t.is(get.operationId, 'all')
  t.regex(get.description, /`beta` answers instead where header `x-channel` is `beta`\./)
  t.regex(get.description, /`host` answers instead where the host is `a\.example\.org`\./)
})

test('operations of a path come in OpenAPI’s order, whatever the order of the routes', (t) => {
  const methods = ['PATCH', 'DELETE', 'HEAD', 'POST', 'OPTIONS', 'PUT', 'GET']
  const document = documentOf(Object.fromEntries(methods.map((method) => [method.toLowerCase(), at('/x', { method })])))
  t.deepEqual(Object.keys(document.paths['/x']), ['get', 'put', 'post', 'delete', 'options', 'head', 'patch'])
})

test('a deprecated route says so, and others do not', (t) => {
  const document = documentOf({ old: at('/old', { deprecated: true }), current: at('/current') })
  t.true(document.paths['/old'].get.deprecated)
  t.false('deprecated' in document.paths['/current'].get)
})

test('info and servers have defaults, and a server’s trailing slash goes', (t) => {
  const bare = documentOf({ one: at('/one') })
  t.deepEqual(bare.info, {
    title: 'Test',
    description: 'The HTTP interface of Test.',
    contact: { name: 'Test' },
    license: { name: 'Proprietary', identifier: 'LicenseRef-Proprietary' },
    version: '1.0.0',
  })
  t.deepEqual(bare.servers, [{ url: '/' }])
  const given = documentOf({ one: at('/one') }, { servers: [{ url: 'https://api.test/v1/', description: 'Live' }, { url: '/' }] })
  t.deepEqual(given.servers, [{ url: 'https://api.test/v1', description: 'Live' }, { url: '/' }])
})

test('YAML quotes words that older parsers take for other types', (t) => {
  const query = z.object({ flag: z.enum(['on', 'no', '2026-01-01', 'plain']) })
  const { yaml } = emitOpenApi(gatewayOf({ one: at('/one', { query }) }))
  t.regex(yaml, /- "on"\n\s+- "no"\n\s+- "2026-01-01"\n\s+- plain\n/)
})
