import assert from 'node:assert/strict'
import { headers, type Key } from 'gatewright'
import { type Case, head } from '../case.js'
import { statusOf, valuesOf } from '../message.js'
import { type Payload, patienceOf, refusals } from '../refusal.js'

const get = (target: string): string => `GET ${target} HTTP/1.1\r\nHost: gw\r\n\r\n`

const refused = (id: string, ...targets: string[]): Payload[] =>
  targets.map((target) => ({ id, title: `${target} is refused`, bytes: get(target) }))

/** Targets that must not reach the protected routes without a key: another status than 200, and nothing sent. */
const kept = (id: string, status: number, ...targets: string[]): Case[] =>
  targets.map((target) => ({
    id,
    title: `${target} is answered ${status}`,
    async run(stage) {
      const client = await stage.connect()
      client.send(get(target))
      assert.equal(statusOf(await client.response({ withinMs: patienceOf(stage) })), status)
      assert.deepEqual(stage.recorder.requests, [])
    },
  }))

/** Targets that pass, with what is sent. */
const sent = (id: string, rows: readonly (readonly [target: string, sent: string])[]): Case[] =>
  rows.map(([target, want]) => ({
    id,
    title: target === want ? `${target} is sent as it is` : `${target} is sent as ${want}`,
    async run(stage) {
      const client = await stage.connect()
      client.send(get(target))
      assert.equal(statusOf(await client.response({ withinMs: patienceOf(stage) })), 200)
      assert.equal(stage.recorder.requests[0]?.line, `GET ${want} HTTP/1.1`)
    },
  }))

const dotSegments: readonly Payload[] = [
  ...refused(
    'N-01',
    '/public/../admin/x',
    '/./admin/x',
    '/public/./../admin/x',
    '/../admin/x',
    '/public/..',
    '/public/x/../../admin/x',
    '/.',
  ),
  ...refused('N-02', '/public/%2e%2e/admin/x', '/public/%2E./admin/x', '/public/.%2e/admin/x', '/%2e/admin/x', '/public/%2E%2E'),
  ...refused('N-03', '/public/..\\admin/x', '/public/..\\..\\admin\\x', '/public/x/..\\..\\admin', '/\\admin/x', '/public\\..\\admin'),
  ...refused(
    'N-04',
    '/public/..%2fadmin/x',
    '/public/..%5cadmin/x',
    '/public/a%2F..%2F..%2Fadmin',
    '/public%2f..%2fadmin/x',
    '/%2fadmin/x',
    '/public/%5c..%5cadmin',
  ),
  ...refused(
    'N-06',
    '/public/..;/admin/x',
    '/public/..;a=b/admin',
    '/public/.;/admin',
    '/;/admin/x',
    '/;a=b/admin/x',
    '/public/..%3B/admin/x',
    '/public/%2e%2e;/admin/x',
  ),
  ...refused('N-07', '//admin/x', '/public//../admin/x', '///', '//', '/public//a', '///admin', '/public/a//'),
]

const encodings: readonly Payload[] = [
  ...refused('N-08', '/admin%2fx', '/admin%00.png', '/public/a%00', '/%00admin/x', '/admin%5cx'),
  ...refused(
    'N-09',
    '/public/%c0%af',
    '/public/%c0%ae%c0%ae/admin',
    '/public/%e0%80%af',
    '/public/%f0%80%80%af',
    '/public/%ff',
    '/public/%c3',
    '/public/%ed%a0%80',
  ),
  ...refused(
    'N-09',
    '/public/%u002e%u002e/admin',
    '/public/\xef\xbc\x852e/admin',
    '/public/%zz',
    '/public/%',
    '/public/%2',
    '/public/%2%65',
    '/public/% 41',
  ),
]

type Params = { readonly params: Readonly<Record<string, unknown>> }
const pathParam: Key<Params, string> = { label: 'path', read: ({ params }) => String(params['path'] ?? params['id']) }
/** A header of the request to the upstream made of a path parameter. */
const fromParam = { use: { h: headers({ request: { set: { 'X-Path': pathParam as Key<never, string> } } }) } }

const injections: readonly Case[] = [
  ...sent('N-10', [
    ['/public/a%0d%0aX-Y:1', '/public/a%0D%0AX-Y:1'],
    ['/public/a%0aX-Y:%201', '/public/a%0AX-Y:%201'],
    ['/public/a%0d%0a%0d%0aGET%20/smuggled', '/public/a%0D%0A%0D%0AGET%20/smuggled'],
  ]),
  ...['a%0d%0aX-Y:1', 'a%0aX-Y:1', 'a%0dX-Y:1', '%0d%0a'].map(
    (param): Case => ({
      id: 'N-10',
      title: `a header made of the parameter ${param} is refused`,
      async run(stage) {
        const url = await stage.variant({ route: fromParam })
        const response = await stage.ask(head('GET', `/public/${param}`), { url })
        assert.equal(statusOf(response), 400)
        assert.deepEqual(stage.recorder.requests, [])
      },
    }),
  ),
  {
    id: 'N-10',
    title: 'a header made of a harmless parameter is sent',
    async run(stage) {
      const url = await stage.variant({ route: fromParam })
      assert.equal(statusOf(await stage.ask(head('GET', '/public/a%20b'), { url })), 200)
      const [received] = stage.recorder.requests
      assert.deepEqual(received && valuesOf(received, 'x-path'), ['a b'])
    },
  },
]

const templates: readonly Case[] = [
  ...refused(
    'N-11',
    '/item/..',
    '/item/.',
    '/item/..%2f..%2fadmin',
    '/item/%2e%2e',
    '/item/a%2fb',
    '/item/%5c',
    '/item/..%5cadmin',
    '/item/..;',
    '/item/a%00',
  ),
  ...refused('N-11', '/files/../admin', '/files/a/..%2fadmin', '/files//evil.example/'),
].flatMap((payload) => refusals([payload]))

export const canonicalTargetCases: readonly Case[] = [
  ...refusals(dotSegments),
  ...refusals(encodings),
  ...sent('N-05', [
    ['/public/%252e%252e/admin', '/public/%252e%252e/admin'],
    ['/public/%25%32%65/admin', '/public/%252e/admin'],
    ['/public/%252fadmin', '/public/%252fadmin'],
    ['/public/%25', '/public/%25'],
  ]),
  ...sent('N-06', [
    ['/public/a;v=1/b', '/public/a;v=1/b'],
    ['/public/a;/b', '/public/a;/b'],
  ]),
  ...kept('N-06', 404, '/admin;x/y', '/admin;/x'),
  ...kept('N-08', 401, '/admin/x', '/%61dmin/x', '/%61%64%6d%69%6e/x', '/admin/', '/admin/%2561'),
  ...kept('N-08', 404, '/ADMIN/x', '/Admin/x', '/admin%20/x', '/admin./x', '/admin%2e/x', '/administrator', '/admin%C2%A0/x'),
  ...sent('N-08', [
    ['/publi%63/%61', '/public/a'],
    ['/public/%7euser/%2D', '/public/~user/-'],
    ['/public/%e4%bd%a0', '/public/%E4%BD%A0'],
    ['/public/', '/public/'],
    ['/public/a/', '/public/a/'],
  ]),
  ...injections,
  ...templates,
  ...sent('N-11', [
    ['/item/1', '/v1/1/x'],
    ['/item/1%3Fadmin=1%23', '/v1/1%3Fadmin%3D1%23/x'],
    ['/item/$&', '/v1/%24%26/x'],
    ['/item/$1', '/v1/%241/x'],
    ['/item/@evil.example', '/v1/%40evil.example/x'],
    ['/item/%252e%252e', '/v1/%252e%252e/x'],
    ['/item/a%20b', '/v1/a%20b/x'],
    ['/item/a;b', '/v1/a%3Bb/x'],
    ['/item/%e4%bd%a0', '/v1/%E4%BD%A0/x'],
    ['/item/{id}'.replace('{id}', '%7Bid%7D'), '/v1/%7Bid%7D/x'],
    [`/item/${'a'.repeat(8_000)}`, `/v1/${'a'.repeat(8_000)}/x`],
    ['/files/@evil.example/a', '/v1/@evil.example/a'],
    ['/files/a%3Fb=1/c%23d', '/v1/a%3Fb=1/c%23d'],
    ['/files/http:/evil.example', '/v1/http:/evil.example'],
  ]),
  ...kept('N-11', 404, '/item/', '/item'),
]
