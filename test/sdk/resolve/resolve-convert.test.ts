import test from 'ava'
import { call, compose, route } from 'gatewright'
import { z } from 'zod'
import { issuesOf, lines, resolveRoutes, users } from './resolve.js'

const loose = route as (options: object) => ReturnType<typeof route>
const post = (more: object) => ({ send: loose({ method: 'POST', path: '/a', upstream: users, ...more }) })
const get = (more: object) => ({ send: loose({ method: 'GET', path: '/a', upstream: users, ...more }) })
const one = z.object({ a: z.string() })
const two = z.object({ a: z.string(), b: z.string() })
const convert = 'GW1407 routes.send.convert'

const refused: readonly (readonly [what: string, routes: object, issues: readonly string[]])[] = [
  [
    'a request that nothing reads',
    post({ convert: { request: 'xml' } }),
    [`${convert}.request: a request can only be converted where it is read`],
  ],
  [
    'a request with files',
    post({ body: z.object({ f: z.file() }), convert: { request: 'form' } }),
    [`${convert}.request: files cannot be converted`],
  ],
  [
    'a document of two roots',
    post({ body: two, convert: { request: 'xml' } }),
    [`${convert}.request: an XML document has one root element, and the schema has 2 members`],
  ],
  [
    'a list as a document',
    post({ body: z.array(one), convert: { request: 'xml' } }),
    [`${convert}.request: a list cannot be an XML document`],
  ],
  ['a list as a form', post({ body: z.array(one), convert: { request: 'form' } }), [`${convert}.request: a list cannot be a form`]],
  [
    'an object as CSV',
    post({ body: one, convert: { request: 'csv' } }),
    [`${convert}.request: CSV is a list of rows, and the schema is none`],
  ],
  [
    'what a map makes that does not fit',
    post({ mapRequest: () => ({}), upstreamBody: two, convert: { request: 'xml' } }),
    [`${convert}.request: an XML document has one root element, and the schema has 2 members`],
  ],
  [
    'responses without a schema',
    get({ responses: { 200: 'text' }, convert: { response: 'xml' } }),
    [`${convert}.response: \`responses\` declares none that could be converted`],
  ],
  [
    'a response that does not fit',
    get({ responses: { 200: one }, convert: { response: 'csv' } }),
    [`${convert}.response: 200: CSV is a list of rows, and the schema is none`],
  ],
  [
    'an upstream’s response that does not fit',
    get({
      responses: { 200: one },
      upstreamResponses: { 200: two },
      mapResponse: { 200: () => ({ a: 'x' }) },
      convert: { response: 'xml' },
    }),
    [`${convert}.response: 200: an XML document has one root element, and the schema has 2 members`],
  ],
  [
    'options of another format',
    get({ responses: { 200: z.array(one) }, convert: { response: { format: 'csv', root: 'a' } } }),
    [`${convert}.response.root: \`root\` is for xml, not for csv`],
  ],
  [
    'a root that is no name',
    get({ responses: { 200: one }, convert: { response: { format: 'xml', root: 'a b', delimiter: ',' } } }),
    [`${convert}.response.root: \`a b\` is no name of an element`, `${convert}.response.delimiter: \`delimiter\` is for csv, not for xml`],
  ],
  [
    'XML and CSV from callers that fit no schema',
    post({ body: two, accepts: ['xml', 'csv'] }),
    [
      'GW1407 routes.send.accepts: an XML document has one root element, and the schema has 2 members',
      'GW1407 routes.send.accepts: CSV is a list of rows, and the schema is none',
    ],
  ],
  [
    'a content type of a response',
    get({ responses: { 200: one }, convert: { response: { format: 'xml', contentType: 'text/xml' } } }),
    ['GW1003 routes.send.convert.response.contentType: unknown key `contentType`'],
  ],
  [
    'a composition',
    {
      send: loose({
        method: 'GET',
        path: '/a',
        compose: compose({ a: call(users, { path: '/b', response: one }) }),
        convert: { response: 'xml' },
      }),
    },
    ['GW1380 routes.send.convert: a composed route cannot have `convert`'],
  ],
]
for (const [what, routes, issues] of refused) test(`refuses ${what}`, (t) => t.deepEqual(lines(issuesOf(routes)), issues))

test('what is not known to be wrong loads', (t) => {
  const union = z.union([one, two])
  t.deepEqual(
    lines(
      issuesOf(post({ body: union, accepts: ['json', 'xml'], convert: { request: 'xml', response: 'form' }, responses: { 200: union } })),
    ),
    [],
  )
  t.deepEqual(lines(issuesOf(post({ mapRequest: () => ({}), convert: { request: 'csv' } }))), [])
})

test('formats are resolved with their options', (t) => {
  const [sends] = resolveRoutes(post({ body: two, convert: { request: { format: 'xml', root: 'a', contentType: 'text/xml' } } })).routes
  t.deepEqual(sends?.convert, {
    request: { format: 'xml', root: 'a', delimiter: ',', contentType: 'text/xml' },
    response: undefined,
  })
  t.is(resolveRoutes(post({})).routes[0]?.convert, undefined)
})
