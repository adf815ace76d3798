import { asked, confirmed, first, type Row, row, stored } from '../row.js'

const fresh = { 'cache-control': 'max-age=60' }
const control = (value: string) => ({ 'cache-control': value })
const date = 'Tue, 01 Sep 2026 10:00:00 GMT'

/** Validation and invalidation (RFC 9111 sections 4.3 and 4.4). */
export const validating: readonly Row[] = [
  row('4.3.1', 'must', 'a stale response is validated by its entity tag, as it came', [
    first({ ...fresh, etag: 'W/"a b"' }),
    confirmed({ after: 60, answer: { status: 304, headers: fresh }, status: 200, sent: { 'if-none-match': 'W/"a b"' } }),
  ]),
  row('4.3.1', 'should', 'and by its Last-Modified', [
    first({ ...fresh, 'last-modified': date }),
    confirmed({
      after: 60,
      answer: { status: 304, headers: fresh },
      status: 200,
      sent: { 'if-modified-since': date, 'if-none-match': null },
    }),
  ]),
  row('4.3.1', 'must', 'the gateway’s condition takes the place of the caller’s', [
    first({ ...fresh, etag: '"v1"' }),
    confirmed({
      after: 60,
      send: { 'if-none-match': '"v0"', 'if-modified-since': date },
      answer: { status: 304, headers: fresh },
      status: 200,
      sent: { 'if-none-match': '"v1"', 'if-modified-since': null },
    }),
  ]),
  row('4.3.1', 'own', 'without a stored response the caller’s own condition is sent', [
    first(fresh, { send: { 'if-none-match': '"v1"' }, status: 304, sent: { 'if-none-match': '"v1"' } }),
    asked(),
  ]),
  row('4.3.2', 'must', 'If-None-Match is compared weakly, in lists too', [
    first({ ...fresh, etag: '"v1"' }),
    stored({ send: { 'if-none-match': 'W/"v0", W/"v1"' }, status: 304, got: { etag: '"v1"', 'cache-control': 'max-age=60' } }),
    stored({ send: { 'if-none-match': '"v2"' }, status: 200 }),
    stored({ send: { 'if-none-match': '*' }, status: 304 }),
    stored({ send: { 'if-none-match': 'v1' }, status: 200 }),
  ]),
  row('4.3.2', 'must', 'If-None-Match counts before If-Modified-Since', [
    first({ ...fresh, etag: '"v1"', 'last-modified': date }),
    stored({ send: { 'if-none-match': '"v2"', 'if-modified-since': date }, status: 200 }),
  ]),
  row('4.3.2', 'must', 'If-Modified-Since is compared with Last-Modified', [
    first({ ...fresh, 'last-modified': date }),
    stored({ send: { 'if-modified-since': date }, status: 304 }),
    stored({ send: { 'if-modified-since': 'Tue, 01 Sep 2026 10:00:01 GMT' }, status: 304 }),
    stored({ send: { 'if-modified-since': 'Tue, 01 Sep 2026 09:59:59 GMT' }, status: 200 }),
    stored({ send: { 'if-modified-since': 'yesterday' }, status: 200 }),
  ]),
  row('4.3.2', 'must', 'a stored 404 is no 304', [
    first({ ...fresh, etag: '"v1"' }, { status: 404 }),
    stored({ send: { 'if-none-match': '"v1"' }, status: 404 }),
  ]),
  row('4.3.2', 'must', 'If-Match and If-Unmodified-Since are the origin’s to decide', [
    first({ ...fresh, etag: '"v1"' }),
    asked({ send: { 'if-match': '"v1"' } }),
    asked({ send: { 'if-unmodified-since': date } }),
  ]),
  row('4.3.3', 'must', 'a new response takes the place of the stale one', [
    first({ ...fresh, etag: '"v1"' }),
    asked({ after: 60, answer: { headers: { ...fresh, etag: '"v2"' } } }),
    stored({ got: { etag: '"v2"' } }),
  ]),
  row('4.3.3', 'must', 'one that may not be stored takes the stale one away', [
    first({ ...control('max-age=60, stale-if-error=600'), etag: '"v1"' }),
    asked({ after: 60, answer: { headers: control('no-store') } }),
    asked({ answer: { status: 500 }, status: 500 }),
  ]),
  row('4.3.3', 'may', 'a failure goes to the caller, and the stale response stays', [
    first({ ...fresh, etag: '"v1"' }),
    asked({ after: 60, answer: { status: 500 }, status: 500 }),
    confirmed({ answer: { status: 304, headers: fresh }, status: 200 }),
  ]),
  row('4.3.4', 'must', '304 makes it fresh and renews its fields', [
    first({ ...fresh, etag: '"v1"', 'x-a': '1', 'x-b': '1' }),
    confirmed({
      after: 60,
      answer: { status: 304, headers: { 'cache-control': 'max-age=90', 'x-a': '2' } },
      status: 200,
      got: { 'x-a': '2', 'x-b': '1' },
    }),
    stored({ after: 89, got: { 'x-a': '2', age: '89' } }),
  ]),
  row('4.3.4', 'must', '304 changes nothing that tells how the stored body reads', [
    first({ ...fresh, etag: '"v1"', 'content-type': 'text/plain' }),
    confirmed({
      after: 60,
      answer: { status: 304, headers: { ...fresh, 'content-type': 'text/html' } },
      status: 200,
      got: { 'content-type': 'text/plain' },
    }),
  ]),
  row('4.3.4', 'must', 'a 304 that forbids to store takes the response away', [
    first({ ...fresh, etag: '"v1"' }),
    confirmed({ after: 60, answer: { status: 304, headers: control('no-store') }, status: 200 }),
    asked({ sent: { 'if-none-match': null } }),
  ]),
  row('4.3.4', 'may', 'a caller who has the confirmed response gets 304', [
    first({ ...fresh, etag: '"v1"' }),
    confirmed({ after: 60, send: { 'if-none-match': '"v1"' }, answer: { status: 304, headers: fresh }, status: 304 }),
  ]),
  ...(['POST', 'PUT', 'DELETE', 'PATCH'] as const).map((method) =>
    row('4.4', 'must', `${method} that succeeds ends what is stored of its path`, [
      first(fresh),
      asked({ method }),
      asked({ after: 0.001 }),
    ]),
  ),
  row('4.4', 'must', 'so does one that is answered by a redirect', [
    first(fresh),
    asked({ method: 'POST', answer: { status: 303 } }),
    asked(),
  ]),
  row('4.4', 'must', 'one that fails does not', [
    first(fresh),
    asked({ method: 'POST', answer: { status: 404 } }),
    asked({ method: 'POST', answer: { status: 500 } }),
    stored(),
  ]),
  row('4.4', 'must', 'safe methods do not', [first(fresh), asked({ method: 'OPTIONS' }), asked({ method: 'QUERY', body: '{}' }), stored()]),
  row('4.4', 'own', 'with every query of the path, and no other path', [
    first(fresh, { path: '?a=1' }),
    first(fresh, { path: '/b' }),
    asked({ method: 'POST' }),
    asked({ path: '?a=1' }),
    stored({ path: '/b' }),
  ]),
]
