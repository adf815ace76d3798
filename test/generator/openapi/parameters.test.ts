import test from 'ava'
import { cache, faultInjection, idempotency, ip, mock, route } from 'gatewright'
import { z } from 'zod'
import { anyUpstream, documentOf } from '../../helpers/document-of.js'

const one = (options: object) => documentOf({ one: route({ method: 'GET', upstream: anyUpstream, ...options } as never) })
const parametersOf = (path: string, options: object) => one({ path, ...options }).paths[path.replace(/:[^}]*|\*/g, '')].get.parameters
const queryOf = (query: unknown) => parametersOf('/x', { query })

test('a path parameter without a schema is a string, with the path’s pattern', (t) => {
  t.deepEqual(parametersOf('/{id:[0-9]+}/{name}', {}), [
    { name: 'id', in: 'path', required: true, schema: { type: 'string', pattern: '^(?:[0-9]+)$' } },
    { name: 'name', in: 'path', required: true, schema: { type: 'string' } },
  ])
})

test('a path parameter is printed as callers write it, and is always required', (t) => {
  t.deepEqual(parametersOf('/{n}', { params: z.object({ n: z.coerce.number().int().default(1) }) }), [
    { name: 'n', in: 'path', required: true, schema: { type: 'integer', default: 1 } },
  ])
})

test('a parameter, and a tag, may be called as what every object has', (t) => {
  t.deepEqual(parametersOf('/{constructor}', {}), [{ name: 'constructor', in: 'path', required: true, schema: { type: 'string' } }])
  const document = documentOf({ toString: { valueOf: route({ method: 'GET', path: '/x', upstream: anyUpstream }) } })
  t.deepEqual(document.tags, [{ name: 'toString', description: 'To string.' }])
})

test('the pattern of the path does not replace a schema’s format', (t) => {
  const params = z.object({ id: z.uuid() })
  t.deepEqual(parametersOf('/{id:[0-9a-f-]+}', { params })[0].schema, { type: 'string', format: 'uuid' })
})

test('each key of the query is a parameter, required unless it may be left out', (t) => {
  t.deepEqual(queryOf(z.object({ q: z.string(), limit: z.coerce.number().default(5), after: z.string().optional() })), [
    { name: 'q', in: 'query', required: true, schema: { type: 'string' } },
    { name: 'limit', in: 'query', schema: { type: 'number', default: 5 } },
    { name: 'after', in: 'query', schema: { type: 'string' } },
  ])
})

test('a list in the query is a repeated key', (t) => {
  t.deepEqual(queryOf(z.object({ tag: z.array(z.string()) })), [
    { name: 'tag', in: 'query', required: true, style: 'form', explode: true, schema: { type: 'array', items: { type: 'string' } } },
  ])
})

test('description and deprecation of a key are the parameter’s', (t) => {
  t.deepEqual(queryOf(z.object({ q: z.string().meta({ description: 'Words to find.', deprecated: true }) })), [
    { name: 'q', in: 'query', description: 'Words to find.', required: true, deprecated: true, schema: { type: 'string' } },
  ])
})

test('a query with an id is taken apart, and is no component', (t) => {
  const document = one({ path: '/x', query: z.object({ q: z.string() }).meta({ id: 'Search' }) })
  t.deepEqual(document.paths['/x'].get.parameters, [{ name: 'q', in: 'query', required: true, schema: { type: 'string' } }])
  t.deepEqual(Object.keys(document.components.schemas), ['Problem'])
})

test('a query put together of two, one of them with an id, has the keys of both', (t) => {
  const page = z.object({ after: z.string() }).meta({ id: 'Page' })
  const names = queryOf(z.intersection(page, z.object({ q: z.string().optional() }))).map((p: any) => [p.name, p.required ?? false])
  t.deepEqual(names, [
    ['after', true],
    ['q', false],
  ])
})

test('keys that the query does not name are one free-form parameter', (t) => {
  t.deepEqual(queryOf(z.object({ query: z.string() }).catchall(z.enum(['on', 'off']))), [
    { name: 'query', in: 'query', required: true, schema: { type: 'string' } },
    {
      name: 'query_',
      in: 'query',
      schema: { type: 'object', additionalProperties: { type: 'string', enum: ['on', 'off'] } },
      style: 'form',
      explode: true,
    },
  ])
})

test('what `match` asks for is a required parameter, unless the query or OpenAPI has it already', (t) => {
  const match = { headers: { 'x-version': { pattern: '^2' }, accept: 'text/csv' }, query: { format: 'csv', q: 'x' } }
  t.deepEqual(parametersOf('/x', { match, query: z.object({ q: z.string() }) }), [
    { name: 'q', in: 'query', required: true, schema: { type: 'string' } },
    { name: 'x-version', in: 'header', required: true, schema: { type: 'string', pattern: '^2' } },
    { name: 'format', in: 'query', required: true, schema: { type: 'string', const: 'csv' } },
  ])
})

test('a header that a policy reads is a parameter, required where the policy needs it', (t) => {
  const use = { once: idempotency({ by: ip, required: true }) }
  const [parameter] = one({ method: 'POST', path: '/x', use }).paths['/x'].post.parameters
  t.like(parameter, { name: 'Idempotency-Key', in: 'header', required: true, schema: { type: 'string', minLength: 1, maxLength: 257 } })
  t.regex(parameter.description, /carried out once/)
  t.true(parameter['x-once'], 'a client may make a key')
  t.false('required' in one({ method: 'POST', path: '/x', use: { once: idempotency({ by: ip }) } }).paths['/x'].post.parameters[0])
})

test('a key that the route describes itself is marked too', (t) => {
  const headers = z.object({ 'idempotency-key': z.string().length(36) })
  const { parameters } = one({ method: 'POST', path: '/x', headers, use: { once: idempotency({ by: ip }) } }).paths['/x'].post
  t.is(parameters.length, 1)
  t.like(parameters[0], { name: 'idempotency-key', required: true, 'x-once': true, schema: { minLength: 36 } })
})

test('what a policy leaves alone by its method has no parameter of it', (t) => {
  t.is(parametersOf('/x', { use: { once: idempotency({ by: ip }) } }), undefined)
  const [status] = Object.values(one({ method: 'POST', path: '/x', use: { cache: cache() } }).paths['/x'].post.responses) as any[]
  t.deepEqual(Object.keys(status.headers), ['Cache-Status', 'x-request-id'])
})

test('headers that choose an answer, and what asks a cache for changes, are parameters; what OpenAPI describes elsewhere is not', (t) => {
  const names = (use: object) => (parametersOf('/x', { use }) ?? []).map(({ name }: { name: string }) => name)
  t.deepEqual(names({ mock: mock() }), ['Prefer'])
  t.deepEqual(names({ cache: cache({ requestDirectives: true }) }), ['If-None-Match', 'If-Modified-Since', 'Cache-Control'])
  t.deepEqual(names({ fault: faultInjection({ delay: { for: '1s' }, when: { header: 'accept' } }) }), [])
})

test('a cached GET has the 304 that the cache may answer, unless the route declares its own', (t) => {
  const responsesOf = (more: object) => one({ path: '/x', use: { cache: cache() }, ...more }).paths['/x'].get.responses
  const { description, headers, content } = responsesOf({ responses: { 200: 'text' } })['304']
  t.deepEqual(
    [description, Object.keys(headers), content],
    ['What the caller has is still right (RFC 9110 section 15.4.5).', ['Cache-Status', 'Age', 'x-request-id'], undefined],
  )
  t.is(responsesOf({ responses: { 200: 'text', 304: 'empty' } })['304'].description, 'Not Modified.')
  t.deepEqual(
    Object.keys(responsesOf({})).filter((status) => status < '400' || status === 'default'),
    ['200', '304', 'default'],
  )
})
