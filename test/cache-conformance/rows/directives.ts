import { asked, confirmed, first, type Row, row, stored } from '../row.js'

const fresh = { 'cache-control': 'max-age=60' }
const control = (value: string) => ({ 'cache-control': value })
const heeds = { requestDirectives: true }

/** Directives (RFC 9111 section 5.2). */
export const directives: readonly Row[] = [
  row('5.2', 'must', 'names are compared without case', [first(control('No-Store, MAX-AGE=60')), first(control('MAX-AGE=60')), stored()]),
  row('5.2', 'must', 'directives that are not known are left out of account', [
    first(control('max-age=60, x-own="a, no-store", y')),
    stored(),
  ]),
  row('5.2', 'own', 'a field that is no list of directives is taken for no-store', [
    first(control('max-age=60, "')),
    first(control('max-age =60')),
    first(control('max-age=')),
    first(control('max-age=60; public')),
    asked(),
  ]),
  row('5.2.2.4', 'must', 'no-cache is validated each time', [
    first({ ...control('no-cache'), etag: '"v1"' }),
    confirmed({ answer: { status: 304, headers: control('no-cache') }, status: 200 }),
    asked({ answer: { headers: fresh } }),
  ]),
  row('5.2.2.2', 'must', 'must-revalidate is given while it is fresh', [
    first(control('max-age=60, must-revalidate')),
    stored(),
    asked({ after: 60 }),
  ]),
  row('5.2.2.3', 'may', 'must-understand does not undo no-store', [first(control('no-store, must-understand, max-age=60')), asked()]),
  row('5.2.2.8', 'must', 'proxy-revalidate is given while it is fresh', [
    first(control('max-age=60, proxy-revalidate')),
    stored(),
    asked({ after: 60 }),
  ]),
  row('5.2.2.9', 'may', 'public alone gives no freshness', [first(control('public')), asked()]),
  row('5.4', 'should', 'Pragma: no-cache counts where there is no Cache-Control', [first({ pragma: 'no-cache', expires: '@60' }), asked()]),
  row('5.4', 'should', 'and not beside one', [first({ pragma: 'no-cache', ...fresh }), stored()]),
  row('5.2.1', 'may', 'what a caller asks of caches is not heeded unless told: it could reach past the store', [
    first(fresh),
    stored({ send: { 'cache-control': 'no-cache, no-store, max-age=0' } }),
    stored({ send: { pragma: 'no-cache' } }),
  ]),
  row(
    '5.2.1.1',
    'may',
    '`requestDirectives`: max-age',
    [first(fresh), stored({ after: 9, send: control('max-age=10') }), asked({ send: control('max-age=8'), answer: { headers: fresh } })],
    heeds,
  ),
  row(
    '5.2.1.3',
    'may',
    '`requestDirectives`: min-fresh',
    [first(fresh), stored({ after: 9, send: control('min-fresh=50') }), asked({ send: control('min-fresh=51') })],
    heeds,
  ),
  row(
    '5.2.1.4',
    'may',
    '`requestDirectives`: no-cache, and Pragma without Cache-Control',
    [
      first({ ...fresh, etag: '"v1"' }),
      confirmed({ send: control('no-cache'), answer: { status: 304, headers: fresh }, status: 200 }),
      confirmed({ send: { pragma: 'no-cache' }, answer: { status: 304, headers: fresh }, status: 200 }),
      stored(),
    ],
    heeds,
  ),
  row('5.2.1.5', 'may', '`requestDirectives`: no-store', [first(fresh, { send: control('no-store') }), asked()], heeds),
  row(
    '5.2.1.7',
    'may',
    '`requestDirectives`: only-if-cached',
    [
      stored({ send: control('only-if-cached'), status: 504 }),
      first(fresh),
      stored({ send: control('only-if-cached'), status: 200 }),
      stored({ after: 60, send: control('only-if-cached'), status: 504 }),
    ],
    heeds,
  ),
]
