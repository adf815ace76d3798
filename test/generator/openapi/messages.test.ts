import test from 'ava'
import { anyOf, apiKey, cors, definePolicy, ip, jwt, rateLimit, route, upstream } from 'gatewright'
import { z } from 'zod'
import { anyUpstream, documentOf } from '../../helpers/document-of.js'

const PROBLEM = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } }
const get = (options: object) => documentOf({ one: route({ method: 'GET', path: '/x', upstream: anyUpstream, ...options } as never) })
const responsesOf = (options: object) => get(options).paths['/x'].get.responses
const bodyOf = (method: string, options: object) =>
  documentOf({ one: route({ method, path: '/x', upstream: anyUpstream, ...options } as never) }).paths['/x'][method.toLowerCase()]
    .requestBody
const headersOf = (response: any) => Object.keys(response.headers ?? {})

const contents: readonly (readonly [title: string, spec: unknown, content: unknown])[] = [
  ['a schema is JSON', z.object({}), { 'application/json': { schema: { type: 'object', properties: {} } } }],
  ['"problem" is a problem document', 'problem', PROBLEM],
  ['"empty" has no content', 'empty', undefined],
  ['"text" is plain text', 'text', { 'text/plain': { schema: { type: 'string' } } }],
  ['"binary" is bytes', 'binary', { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } }],
  [
    'a file is its own media type',
    z.file().mime('image/png'),
    { 'image/png': { schema: { type: 'string', format: 'binary', contentMediaType: 'image/png' } } },
  ],
]

for (const [title, spec, content] of contents)
  test(`in a response, ${title}`, (t) => {
    t.deepEqual(responsesOf({ responses: { 207: spec } })['207'].content, content)
  })

test('every problem that a route may answer is a response, with its codes sorted', (t) => {
  const responses = responsesOf({ query: z.object({ q: z.string() }), use: { limit: rateLimit({ by: ip, limit: '1/s' }) } })
  const codes = Object.entries<any>(responses).map(([status, response]) => [status, response['x-problem-codes']])
  t.deepEqual(codes, [
    ['200', undefined],
    ['400', ['BAD_REQUEST', 'INVALID_REQUEST']],
    ['429', ['RATE_LIMITED']],
    ['500', ['INTERNAL']],
    ['502', ['UPSTREAM_INVALID_RESPONSE', 'UPSTREAM_RESET', 'UPSTREAM_UNREACHABLE']],
    ['504', ['UPSTREAM_TIMED_OUT']],
    ['default', undefined],
  ])
  t.deepEqual(responses['429'].content, PROBLEM)
})

test('a declared response and the gateway’s problems of one status are one response with both contents', (t) => {
  const response = responsesOf({ responses: { 200: 'text', 504: z.object({ retry: z.int() }) } })['504']
  t.deepEqual(Object.keys(response.content), ['application/json', 'application/problem+json'])
  t.deepEqual(response['x-problem-codes'], ['UPSTREAM_TIMED_OUT'])
})

test('a route that declares no success answers as its upstream does', (t) => {
  const undeclared = responsesOf({ responses: { 404: 'problem' } })
  t.is(undeclared['200'].description, 'The upstream’s response.')
  t.is(undeclared.default.description, 'Any other response of the upstream.')
  t.is(undeclared['200'].content, undefined)
  const declared = Object.keys(responsesOf({ responses: { 204: 'empty' } }))
  t.true(declared.includes('204'))
  t.false(declared.includes('200') || declared.includes('default'))
})

test('a route that only redirects has no success made up for it', (t) => {
  const responses = responsesOf({ responses: { 302: 'empty' } })
  t.false('200' in responses)
  t.is(responses.default.description, 'Any other response of the upstream.')
})

test('headers for any response are on all of them, and those of problems on the policy’s own', (t) => {
  const use = { cors: cors({ origins: '*' }), limit: rateLimit({ by: ip, limit: '1/s', onStoreFailure: 'closed' }) }
  const responses = responsesOf({ use, auth: apiKey({ keys: [] }), responses: { 200: 'text', 302: 'empty' } })
  for (const response of Object.values<any>(responses))
    for (const name of ['Access-Control-Allow-Origin', 'Vary', 'RateLimit', 'RateLimit-Policy']) t.true(headersOf(response).includes(name))
  const having = (name: string) => Object.keys(responses).filter((status) => headersOf(responses[status]).includes(name))
  t.deepEqual(having('Retry-After'), ['429', '503'])
  t.deepEqual(having('WWW-Authenticate'), ['401'])
})

test('the request id is on every response, and a time to try again where no target may be healthy', (t) => {
  const checked = upstream('checked', { targets: ['http://127.0.0.1:1'], health: { path: '/healthz' } })
  const responses = responsesOf({ upstream: checked })
  t.deepEqual(Object.keys(responses), ['200', '400', '500', '502', '503', '504', 'default'])
  for (const response of Object.values<any>(responses)) t.true(headersOf(response).includes('x-request-id'))
  const having = (name: string) => Object.keys(responses).filter((status) => headersOf(responses[status]).includes(name))
  t.deepEqual(having('Retry-After'), ['503'])
})

test('keys that are in the config are never out of reach', (t) => {
  const options = { issuer: 'shop', audience: 'a', claims: z.object({}) } as const
  const responses = responsesOf({ auth: jwt({ ...options, algorithms: ['HS256'], secret: 's'.repeat(32) }) })
  t.deepEqual(Object.keys(responses), ['200', '400', '401', '500', '502', '504', 'default'])
  t.deepEqual(responses['401']['x-problem-codes'], ['INVALID_CREDENTIALS', 'UNAUTHENTICATED'])
})

test('problems of a request body are declared where a request has one', (t) => {
  const statuses = (method: string, options: object = {}) =>
    Object.keys(
      documentOf({ one: route({ method, path: '/x', upstream: anyUpstream, ...options } as never) }).paths['/x'][method.toLowerCase()]
        .responses,
    )
  for (const method of ['GET', 'DELETE', 'OPTIONS']) t.false(statuses(method).includes('413'), method)
  for (const method of ['POST', 'PUT', 'PATCH'])
    t.deepEqual([statuses(method).includes('413'), statuses(method).includes('415')], [true, false])
  for (const options of [{ body: z.object({}) }, { mapRequest: () => ({}) }])
    t.deepEqual(
      ['400', '413', '415'].filter((status) => statuses('DELETE', options).includes(status)),
      ['400', '413', '415'],
    )
  const mapped = documentOf({ one: route({ method: 'POST', path: '/x', upstream: anyUpstream, mapRequest: () => ({}) } as never) })
  t.deepEqual(mapped.paths['/x'].post.responses['400']['x-problem-codes'], ['BAD_REQUEST', 'INVALID_REQUEST'])
})

test('a challenge is not promised where keys cannot be fetched', (t) => {
  const auth = jwt({ issuer: 'https://id.test', audience: 'a', algorithms: ['RS256'], claims: z.object({}) })
  const responses = responsesOf({ auth })
  t.true(responses['503']['x-problem-codes'].includes('AUTH_UNAVAILABLE'))
  t.false(headersOf(responses['503']).includes('WWW-Authenticate'))
})

test('problems and headers of a user’s own policy are published like a built-in one’s', (t) => {
  const closed = definePolicy({
    name: 'closed',
    phase: 'authorize',
    options: z.strictObject({}),
    problems: ['FORBIDDEN'],
    headers: [{ name: 'X-Reason', description: 'Why.', on: 'problems' }],
    compile: () => ({}),
  })
  const document = get({ use: { closed: closed({}) } })
  const { responses } = document.paths['/x'].get
  t.deepEqual(responses['403'].headers['X-Reason'], { $ref: '#/components/headers/X-Reason' })
  t.false(headersOf(responses['500']).includes('X-Reason'))
  t.deepEqual(document.components.headers['X-Reason'], { description: 'Why.', schema: { type: 'string' } })
})

test('two headers of one name that mean different things are two components', (t) => {
  const bearer = jwt({ issuer: 'https://id.test', audience: 'a', algorithms: ['RS256'], claims: z.object({}) })
  const options = { method: 'GET', upstream: anyUpstream } as const
  const document = documentOf({
    a: route({ ...options, path: '/a', auth: bearer }),
    b: route({ ...options, path: '/b', auth: apiKey({ keys: [] }) }),
  })
  const names = Object.keys(document.components.headers).filter((name) => name.startsWith('WWW-Authenticate'))
  t.deepEqual(names, ['WWW-Authenticate', 'WWW-Authenticate2'])
  const { $ref } = document.paths['/b'].get.responses['401'].headers['WWW-Authenticate']
  t.is($ref, '#/components/headers/WWW-Authenticate2')
})

test('a route without auth needs none, and one with alternatives needs any of them', (t) => {
  const bearer = jwt({ issuer: 'https://id.test', audience: 'a', algorithms: ['RS256'], claims: z.object({}) })
  t.deepEqual(get({}).paths['/x'].get.security, [])
  const document = get({ auth: anyOf(bearer, apiKey({ keys: [] })) })
  t.deepEqual(document.paths['/x'].get.security, [{ jwt: [] }, { apiKey: [] }])
  t.deepEqual(document.components.securitySchemes, {
    apiKey: { type: 'apiKey', description: 'An API key issued by the operator.', name: 'x-api-key', in: 'header' },
    jwt: { type: 'http', description: 'A JSON Web Token issued by https://id.test.', scheme: 'bearer', bearerFormat: 'JWT' },
  })
})

test('equal schemes are one component, and different ones of a name are numbered', (t) => {
  const key = (header: string) => apiKey({ header, keys: [] })
  const at = (path: string, header: string) => route({ method: 'GET', path, upstream: anyUpstream, auth: key(header) })
  const document = documentOf({ a: at('/a', 'x-one'), b: at('/b', 'x-one'), c: at('/c', 'x-two') })
  t.deepEqual(Object.keys(document.components.securitySchemes), ['apiKey', 'apiKey2'])
  t.deepEqual(document.paths['/b'].get.security, [{ apiKey: [] }])
  t.deepEqual(document.paths['/c'].get.security, [{ apiKey2: [] }])
})

test('the errors of an invalid request are described only where one can be answered', (t) => {
  const problemOf = (options: object) => get(options).components.schemas.Problem
  t.false('errors' in problemOf({}).properties)
  t.deepEqual(problemOf({ query: z.object({}) }).properties.errors.items.required, ['in', 'path', 'message'])
  t.deepEqual(problemOf({}).required, ['type', 'title', 'status', 'code'])
  t.true(problemOf({}).additionalProperties)
})

test('the problem document explains the codes that its routes may answer, and no others', (t) => {
  const { description } = get({}).components.schemas.Problem.properties.code
  t.regex(description, /`UPSTREAM_TIMED_OUT` \(504\)/)
  t.notRegex(description, /RATE_LIMITED/)
})

test('a body is JSON as callers write it, required unless it may be left out', (t) => {
  const body = z.object({ n: z.int().default(1) })
  const schema = { type: 'object', properties: { n: { type: 'integer', default: 1 } } }
  t.deepEqual(bodyOf('POST', { body }), { content: { 'application/json': { schema } }, required: true })
  t.deepEqual(bodyOf('POST', { body: body.optional() }), { content: { 'application/json': { schema } } })
})

test('a body that holds a file is a form, and a file alone is bytes', (t) => {
  t.deepEqual(Object.keys(bodyOf('POST', { body: z.object({ photo: z.file(), name: z.string() }) }).content), ['multipart/form-data'])
  t.deepEqual(Object.keys(bodyOf('POST', { body: z.object({ photos: z.array(z.file()) }) }).content), ['multipart/form-data'])
  t.deepEqual(Object.keys(bodyOf('PUT', { body: z.file() }).content), ['application/octet-stream'])
  t.deepEqual(Object.keys(bodyOf('PUT', { body: z.file().mime(['image/png', 'image/jpeg']) }).content), ['image/png', 'image/jpeg'])
})

test('a body may come in every media type that the route accepts', (t) => {
  const body = z.object({ n: z.coerce.number<string | number>() })
  t.deepEqual(Object.keys(bodyOf('POST', { body, accepts: ['json', 'form', 'multipart'] }).content), [
    'application/json',
    'application/x-www-form-urlencoded',
    'multipart/form-data',
  ])
  const wrapped = bodyOf('POST', { body: z.object({ n: body }), accepts: ['xml'], convert: { request: 'json' } })
  t.deepEqual(Object.keys(wrapped.content), ['application/xml'])
  t.deepEqual(Object.keys(bodyOf('POST', { body: z.array(body), accepts: ['csv'], convert: { request: 'json' } }).content), ['text/csv'])
  t.deepEqual(Object.keys(bodyOf('POST', { body: z.object({ n: body }), convert: { request: 'xml' } }).content), ['application/json'])
})

test('a body without a schema may be anything, and is JSON where it is mapped', (t) => {
  t.deepEqual(bodyOf('PUT', {}), { content: { '*/*': { schema: {} } } })
  t.deepEqual(bodyOf('POST', { mapRequest: (body: unknown) => body }), { content: { 'application/json': { schema: {} } }, required: true })
  t.is(bodyOf('DELETE', {}), undefined)
})
