import { asked, first, type Row, row, stored } from '../row.js'

const fresh = { 'cache-control': 'max-age=60' }
const control = (value: string) => ({ 'cache-control': value })

/** What may be stored (RFC 9111 section 3). */
export const storing: readonly Row[] = [
  row('3', 'may', 'a response with max-age is stored', [first(fresh), stored()]),
  row('3', 'may', 'a response with s-maxage is stored', [first(control('s-maxage=60')), stored()]),
  row('3', 'may', 'a response with Expires is stored', [first({ expires: '@60', date: '@0' }), stored()]),
  row('3', 'own', 'a response without freshness of its own is not stored, nor by a guess from Last-Modified', [
    first({ 'last-modified': '@-900000' }),
    asked(),
  ]),
  row('3', 'own', '`ttl` gives it freshness', [first({}), stored({ after: 59 }), asked({ after: 1 })], { ttl: '60s' }),
  row('3', 'must', 'no-store is not stored', [first(control('no-store, max-age=60')), asked()]),
  row('3', 'must', 'private is not stored', [first(control('private, max-age=60')), asked()]),
  row(
    '3',
    'must',
    'no-store and private are not stored against `ttl` and `override`',
    [first(control('private')), first(control('no-store')), asked()],
    { ttl: '60s', override: true },
  ),
  row('3', 'own', 'private and no-cache that name fields count for the whole response', [
    first(control('private="x-a", max-age=60')),
    first(control('no-cache="x-a", max-age=60')),
    asked(),
  ]),
  ...[204, 301, 308, 404, 410].map((status) =>
    row('3', 'may', `${status} with max-age is stored`, [first(fresh, { status }), stored({ status })]),
  ),
  ...[302, 307].map((status) => row('3', 'may', `${status} with max-age is stored`, [first(fresh, { status }), stored({ status })])),
  row('3', 'must', 'a status that is not understood is not stored', [first(fresh, { status: 299 }), asked()]),
  row(
    '3',
    'own',
    '`ttl` is for no error and no temporary move',
    [first({}, { status: 404 }), first({}, { status: 302 }), first({}, { status: 500 }), asked()],
    { ttl: '60s' },
  ),
  row('3', 'must', 'the response to POST is not given to GET', [first(fresh, { method: 'POST' }), asked()]),
  row('3', 'must', 'the response to HEAD is not given to GET', [first(fresh, { method: 'HEAD' }), asked()]),
  row('3', 'own', 'a response with Set-Cookie is not stored', [first({ ...fresh, 'set-cookie': 'a=1' }), asked()]),
  row('3', 'own', 'nor with `public`', [first({ 'cache-control': 'public, max-age=60', 'set-cookie': 'a=1' }), asked()]),
  row(
    '3',
    'own',
    '`setCookie: strip` stores it without',
    [first({ ...fresh, 'set-cookie': 'a=1' }, { got: { 'set-cookie': 'a=1' } }), stored({ got: { 'set-cookie': null } })],
    { setCookie: 'strip' },
  ),
  row('3.1', 'must', 'fields of the upstream’s connection are not stored', [
    first({ ...fresh, connection: 'x-hop', 'x-hop': '1', 'keep-alive': 'timeout=9' }),
    stored({ got: { 'x-hop': null } }),
  ]),
  row('3.1', 'must', 'every other field is given again, with all its lines', [
    first({ ...fresh, 'x-a': ['1', '2'], 'content-type': 'text/plain' }),
    stored({ got: { 'x-a': '1, 2', 'content-type': 'text/plain' } }),
  ]),
  row('3.3', 'must', 'a response that breaks off is not stored', [
    { ...first({ ...fresh, 'content-length': '50' }), answer: { headers: { ...fresh, 'content-length': '50' }, cut: true } },
    asked(),
  ]),
  row('3.3', 'must', '206 and the answer to Range are not stored', [
    first({ ...fresh, 'content-range': 'bytes 0-0/9' }, { status: 206, send: { range: 'bytes=0-0' } }),
    asked(),
  ]),
  row('3.3', 'own', 'Range passes the store by', [
    first(fresh),
    asked({ send: { range: 'bytes=0-0' }, sent: { range: 'bytes=0-0' } }),
    stored(),
  ]),
  row('3.5', 'must', 'the response to Authorization is not stored', [first(fresh, { send: { authorization: 'Basic eA==' } }), asked()]),
  row('3.5', 'may', 'with s-maxage it is', [first(control('s-maxage=60'), { send: { authorization: 'Basic eA==' } }), stored()]),
  row('3.5', 'may', 'with public it is', [first(control('public, max-age=60'), { send: { authorization: 'Basic eA==' } }), stored()]),
  row('3.5', 'own', 'must-revalidate does not suffice', [
    first(control('must-revalidate, max-age=60'), { send: { authorization: 'Basic eA==' } }),
    asked(),
  ]),
  row('3.5', 'own', 'what callers without credentials got is not given to one with them', [
    first(fresh),
    asked({ send: { authorization: 'Basic eA==' } }),
    asked({ send: { cookie: 'sid=1' } }),
    stored(),
  ]),
  row('3.5', 'own', 'the response to Cookie is stored and shared like that to Authorization', [
    first(fresh, { send: { cookie: 'sid=1' } }),
    first(control('public, max-age=60'), { send: { cookie: 'sid=1' } }),
    stored({ send: { cookie: 'sid=2' } }),
  ]),
  row(
    '3.5',
    'own',
    '`public: true` shares with callers who have credentials',
    [first(fresh, { send: { authorization: 'Basic eA==', cookie: 'a=1' } }), stored({ send: { cookie: 'a=2' } })],
    { public: true },
  ),
]
