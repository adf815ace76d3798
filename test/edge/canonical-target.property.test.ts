import assert from 'node:assert/strict'
import test from 'ava'
import fc from 'fast-check'
import { apiKey, defineGateway, resolveGateway, route, upstream } from 'gatewright'
import { mintApiKey } from '../../runtime/auth/api-key-format.js'
import { canonicalTarget } from '../../runtime/edge/canonical-target.js'
import { compileUpstreamTarget } from '../../runtime/pipeline/upstream-target.js'
import { buildRouteTable } from '../../runtime/routing/route-table.js'

/** Seeded, so that a failure in CI is one here. */
const RUNS = { numRuns: 100_000, seed: 20_261_124 }

/** Pieces that attacks are made of, and others. */
const PIECES = [
  ...['/', '/', '/', 'public', 'admin', 'Admin', '%61dmin', 'item', 'a', '~', '-', '@', ':', '+', "'", '!', '$&'],
  ...['.', '..', '%2e', '%2E%2e', '.%2e', '%252e', '%252f', '%25', '%', '%zz', '%u002e'],
  ...['\\', '%5c', '%2f', '%2F', '%c0%af', '%ef%bc%8f', ';', ';a=b', '%3b', '%00', '%20', ' ', '%0d%0a', '%c3%a9', '%ff'],
  ...['?', '#', '&', '=', '"', '<', '{', '|', '^', '`', '\u00e9', '\u007f', '%7F'],
]
const pieces = fc.array(fc.constantFrom(...PIECES), { maxLength: 14 }).map((parts) => parts.join(''))
const segment = fc.array(fc.constantFrom(...PIECES.filter((piece) => piece !== '/')), { maxLength: 2 }).map((parts) => parts.join(''))
const targets = fc.oneof(
  { weight: 3, arbitrary: pieces.map((text) => `/${text}`) },
  { weight: 2, arbitrary: pieces.map((text) => `/public/${text}`) },
  { weight: 4, arbitrary: fc.tuple(segment, segment).map(([a, b]) => `/public/${a}/${b}/admin/x`) },
  { weight: 1, arbitrary: pieces },
  { weight: 1, arbitrary: fc.string({ maxLength: 30 }).map((text) => `/${text}`) },
)

/** What an accepted target is sent as; undefined for a refused one. */
function sentOf(target: string): string | undefined {
  const canonical = canonicalTarget(target)
  if ('reason' in canonical) return undefined
  return canonical.queryString === '' ? canonical.path : `${canonical.path}?${canonical.queryString}`
}

const pathOf = (sent: string) => sent.split('?', 1)[0] as string

/** The real table: `/public/*` open, `/admin/*` and everything else protected as the gateway would build it. */
function realTable() {
  const to = upstream('up', { targets: ['http://127.0.0.1:1'] })
  const { id, hash } = mintApiKey()
  const auth = apiKey({ keys: [{ id, hash, consumer: 'acme' }] })
  const { routes } = resolveGateway(
    defineGateway({
      info: { title: 'Table', version: '1.0.0' },
      routes: {
        open: route({ method: '*', path: '/public/{path*}', upstream: to }),
        item: route({ method: 'GET', path: '/item/{id}', upstream: to }),
        stripped: route({ method: 'GET', path: '/item/a/{path*}', upstream: to, stripPrefix: '/item' }),
        admin: route({ method: '*', path: '/admin/{path*}', upstream: to, auth }),
      },
    }),
  )
  return buildRouteTable(routes)
}

const table = realTable()
const subject = { req: { headers: {} } as never, queryString: '' }
const routed = (sent: string) => table.match('GET', pathOf(sent), subject)

/** The path as the most willing of upstreams may read it, however often it decodes. */
function widest(path: string, decodings: number): string {
  let text = path
  for (let round = 0; round < decodings; round++)
    text = text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  return text
    .replaceAll('\\', '/')
    .replace(/;[^/]*/g, '')
    .replace(/\/{2,}/g, '/')
    .toLowerCase()
}

/** Dot segments taken out, as RFC 3986 section 5.2.4 does. */
function withoutDots(path: string): string {
  const out: string[] = []
  for (const segment of path.split('/').slice(1)) {
    if (segment === '..') out.pop()
    else if (segment !== '.') out.push(segment)
  }
  return `/${out.join('/')}`
}

/** Checks accepted targets; fails as well where hardly any is accepted, since nothing would be shown then. */
function holds(check: (sent: string) => void): void {
  let accepted = 0
  fc.assert(
    fc.property(targets, (target) => {
      const sent = sentOf(target)
      if (sent === undefined) return
      accepted++
      check(sent)
    }),
    RUNS,
  )
  assert.ok(accepted > RUNS.numRuns / 20, `only ${accepted} accepted`)
}

test('a canonical target is its own canonical form', (t) => {
  t.notThrows(() => holds((sent) => assert.equal(sentOf(sent), sent)))
})

test('a WHATWG parser reads the path that was routed', (t) => {
  t.notThrows(() => holds((sent) => assert.equal(new URL(`http://h${sent}`).pathname, pathOf(sent))))
})

test('what is routed is what is sent, byte for byte', (t) => {
  t.notThrows(() =>
    holds((sent) => {
      const found = routed(sent)
      if (!found) return
      const [path, queryString = ''] = [pathOf(sent), sent.slice(pathOf(sent).length + 1)]
      const target = compileUpstreamTarget(found.entry)({ path, upstreamQuery: queryString, matched: found.params } as never)
      assert.equal(target, found.entry.stripPrefix === undefined ? sent : sent.slice('/item'.length))
    }),
  )
})

test('no target reaches what lies under /admin without a key, however often the upstream decodes it', (t) => {
  t.notThrows(() =>
    holds((sent) => {
      const found = routed(sent)
      if (!found || found.entry.auth) return
      const path = pathOf(sent)
      assert.ok(!widest(path, 8).startsWith('/admin'), 'decoded again and again')
      assert.ok(!withoutDots(widest(path, 1)).startsWith('/admin'), 'decoded once, then dot segments taken out')
    }),
  )
})
