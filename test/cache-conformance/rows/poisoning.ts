import { asked, first, type Row, row, stored } from '../row.js'

const fresh = { 'cache-control': 'max-age=60' }
const ttl = { ttl: '60s' }

/** What callers must not be able to do to each other. */
export const poisoning: readonly Row[] = [
  ...['x-forwarded-host', 'forwarded', 'x-forwarded-proto', 'x-forwarded-prefix', 'x-forwarded-port'].map((name) =>
    row('I-09', 'own', `what a caller says in ${name} reaches nobody else`, [
      first(fresh, { send: { [name]: 'evil' } }),
      first(fresh),
      stored(),
    ]),
  ),
  ...['x-original-url', 'x-rewrite-url', 'x-http-method-override', 'x-method-override'].map((name) =>
    row('I-09', 'own', `${name} does not reach the upstream`, [
      first(fresh, { send: { [name]: '/admin' }, sent: { [name]: null } }),
      stored(),
    ]),
  ),
  row('I-09', 'own', 'another Host is another response', [
    first(fresh, { send: { host: 'evil.example' } }),
    asked(),
    stored({ send: { host: 'EVIL.example' } }),
  ]),
  row('I-09', 'own', 'a GET with a body is neither stored nor answered from the store', [
    first(fresh, { send: { 'content-length': '1' }, body: 'x' }),
    first(fresh),
    asked({ send: { 'content-length': '1' }, body: 'x' }),
    stored(),
  ]),
  row('I-09', 'own', 'every parameter tells responses apart', [first(fresh, { path: '?utm_content=evil' }), asked()]),
  row(
    'I-09',
    'own',
    'or, with `query`, is not sent',
    [first(fresh, { path: '?utm_content=evil&page=1&%70age=2' }), stored({ path: '?page=1&%70age=2' }), asked({ path: '?page=1' })],
    { query: ['page'] },
  ),
  row(
    'I-09',
    'own',
    'Vary: *, Set-Cookie and the response to Authorization are not stored, with `ttl` either',
    [first({ vary: '*' }), first({ 'set-cookie': 'a=1' }), first({}, { send: { authorization: 'Bearer x' } }), asked()],
    ttl,
  ),
  row(
    'I-09',
    'own',
    'an error that a caller can cause is not stored by `ttl`',
    [first({}, { status: 400, send: { 'x-oversized': 'x'.repeat(4_000) } }), first({}, { status: 404 }), asked()],
    ttl,
  ),
  ...['/x.css', ';x.css', '/x.js?y.png'].map((path) =>
    row(
      'I-10',
      'own',
      `a page for its owner is not stored as ${path}, with \`ttl\` either`,
      [
        first({}, { path, send: { cookie: 'sid=1' } }),
        asked({ path }),
        first({}, { path: `${path}1`, send: { authorization: 'Bearer x' } }),
        asked({ path: `${path}1` }),
        first({ 'cache-control': 'private' }, { path: `${path}2` }),
        asked({ path: `${path}2` }),
      ],
      ttl,
    ),
  ),
  row(
    'I-10',
    'own',
    'a path with a coded slash is refused, and the refusal not stored',
    [stored({ path: '%2fx.css', status: 400 }), stored({ path: '%2fx.css', status: 400, got: { 'cache-status': null } })],
    ttl,
  ),
  ...['', 'abc', 'NaN', '1e9', '-5', 'Infinity'].map((value) =>
    row(
      'I-11',
      'own',
      `max-age=${value || '(nothing)'} makes no time of it, with \`ttl\` either`,
      [first({ 'cache-control': `max-age=${value}` }), asked()],
      ttl,
    ),
  ),
]
