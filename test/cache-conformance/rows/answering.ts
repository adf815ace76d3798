import { asked, confirmed, first, type Row, row, stored } from '../row.js'

const fresh = { 'cache-control': 'max-age=60' }
const control = (value: string) => ({ 'cache-control': value })
const vary = (value: string, more: Record<string, string> = {}) => ({ ...fresh, vary: value, ...more })

/** When a stored response answers (RFC 9111 sections 4, 4.1 and 4.2). */
export const answering: readonly Row[] = [
  row('4', 'must', 'only for the same path and query', [first(fresh), asked({ path: '?a=1' }), asked({ path: '/b' }), stored()]),
  row('4', 'must', 'another order and another coding of a query is another query', [
    first(fresh, { path: '?a=1&b=2' }),
    asked({ path: '?b=2&a=1' }),
    asked({ path: '?a=%31&b=2' }),
    stored({ path: '?a=1&b=2' }),
  ]),
  row('4', 'may', 'HEAD is answered from GET', [first({ ...fresh, 'x-a': '1' }), stored({ method: 'HEAD', got: { 'x-a': '1' } })]),
  row('4', 'must', 'QUERY, OPTIONS and POST are not', [
    first(fresh),
    asked({ method: 'QUERY', body: '{}' }),
    asked({ method: 'OPTIONS' }),
    asked({ method: 'POST' }),
  ]),
  row('4', 'must', 'Age is made for each answer', [first({ ...fresh, age: '10', date: '@0' }), stored({ after: 5, got: { age: '15' } })]),
  row('4', 'own', 'Cache-Status says what was done, after what caches nearer to the origin said (RFC 9211)', [
    first({ ...fresh, 'cache-status': 'origin; hit' }, { got: { 'cache-status': 'origin; hit, gatewright; fwd=uri-miss; stored' } }),
    stored({ got: { 'cache-status': 'origin; hit, gatewright; hit; ttl=59' } }),
  ]),
  row('4.1', 'must', 'a response that varies is given where the field is the same', [
    first(vary('Accept-Language'), { send: { 'accept-language': 'en' } }),
    stored({ send: { 'accept-language': 'en' } }),
    asked({ send: { 'accept-language': 'de' } }),
    asked({ send: { 'accept-language': '' } }),
  ]),
  row('4.1', 'must', 'several variants are kept beside each other', [
    first(vary('Accept-Language'), { send: { 'accept-language': 'en' } }),
    first(vary('Accept-Language'), { send: { 'accept-language': 'de' } }),
    stored({ send: { 'accept-language': 'en' } }),
    stored({ send: { 'accept-language': 'de' } }),
  ]),
  row('4.1', 'must', 'every name of Vary counts, over several lines', [
    first({ ...fresh, vary: ['Accept', 'accept-language'] }, { send: { accept: 'a/b', 'accept-language': 'en' } }),
    stored({ send: { accept: 'a/b', 'accept-language': 'en' } }),
    asked({ send: { accept: 'a/c', 'accept-language': 'en' } }),
    asked({ send: { accept: 'a/b', 'accept-language': 'de' } }),
  ]),
  row('4.1', 'may', 'spaces between list members do not matter', [
    first(vary('Accept-Language'), { send: { 'accept-language': 'en, de' } }),
    stored({ send: { 'accept-language': 'en,de' } }),
  ]),
  row('4.1', 'must', 'Vary: * is not given again', [first(vary('*')), asked(), first(vary('accept, *')), asked()]),
  row('4.1', 'own', 'a response that varies by what `vary` does not name is not stored', [first(vary('User-Agent')), asked()]),
  row('4.1', 'own', 'a coded body varies by Accept-Encoding though it does not say so', [
    first({ ...fresh, 'content-encoding': 'x-own' }, { send: { 'accept-encoding': 'x-own' } }),
    stored({ send: { 'accept-encoding': 'x-own' } }),
    asked({ send: { 'accept-encoding': 'identity' } }),
  ]),
  row('4.2', 'must', 'until it is as old as max-age', [first(fresh), stored({ after: 59 }), asked({ after: 1 })]),
  row('4.2.1', 'must', 's-maxage counts before max-age, and max-age before Expires', [
    first({ 'cache-control': 'max-age=10, s-maxage=60', expires: '@5', date: '@0' }),
    stored({ after: 59 }),
    first({ 'cache-control': 'max-age=10', expires: '@60', date: '@0' }, { after: 1 }),
    asked({ after: 11 }),
  ]),
  row('4.2.1', 'must', 'Expires counts from Date', [first({ expires: '@40', date: '@-20' }), stored({ after: 39 }), asked({ after: 1 })]),
  row('4.2.1', 'should', 'of a directive that repeats the least counts', [
    first(control('max-age=60, max-age=10')),
    stored({ after: 9 }),
    asked({ after: 1 }),
  ]),
  row('4.2.1', 'should', 'so also over several lines', [first({ 'cache-control': ['max-age=10', 'max-age=60'] }), asked({ after: 10 })]),
  ...['abc', '-1', '1.5', '6e1', '0x60', '"6 0"'].map((value) =>
    row('4.2.1', 'should', `max-age=${value} is no freshness`, [first(control(`max-age=${value}`)), asked()]),
  ),
  row('4.2.1', 'should', 'a quoted number is a number', [first(control('max-age="60"')), stored()]),
  row('4.2.1', 'must', 'a number larger than any is a long time', [
    first(control('max-age=99999999999999999999')),
    stored({ after: 86_400 }),
  ]),
  ...['0', '-1', '60', 'tomorrow', '2099-01-01', 'Thu, 99 Jan 2099 00:00:00 GMT'].map((value) =>
    row('5.3', 'must', `Expires: ${value} lies in the past`, [first({ expires: value }), asked()]),
  ),
  row('5.3', 'must', 'Expires over two lines lies in the past', [first({ expires: ['@60', '@60'] }), asked()]),
  row('4.2.3', 'must', 'Age of the upstream counts', [
    first({ ...fresh, age: '50', date: '@0' }),
    stored({ after: 9 }),
    asked({ after: 1 }),
  ]),
  row('4.2.3', 'must', 'an old Date counts where there is no Age', [
    first({ ...fresh, date: '@-50' }),
    stored({ after: 9 }),
    asked({ after: 1 }),
  ]),
  row('4.2.3', 'should', 'a Date ahead of the clock and an Age that is no number are left out of account', [
    first({ ...fresh, date: '@600', age: 'x' }),
    stored({ after: 59 }),
    asked({ after: 1 }),
  ]),
  row('4.2.4', 'must', 'a stale response is not given without leave', [first(fresh), asked({ after: 60 })]),
  row('4.2.4', 'may', 'stale-if-error gives it where the upstream fails (RFC 5861)', [
    first(control('max-age=60, stale-if-error=60')),
    confirmed({ after: 70, answer: { status: 500 } }),
    confirmed({ answer: { cut: true } }),
    asked({ answer: { status: 404 } }),
  ]),
  row('4.2.4', 'must', 'and not longer', [
    first(control('max-age=60, stale-if-error=60')),
    asked({ after: 120, answer: { status: 500 }, status: 500 }),
  ]),
  row(
    '4.2.4',
    'may',
    '`staleIfError` gives it where the upstream says nothing',
    [first(fresh), confirmed({ after: 70, answer: { status: 503 } })],
    {
      staleIfError: '1m',
    },
  ),
  ...['must-revalidate', 'proxy-revalidate', 's-maxage=60', 'no-cache'].map((directive) =>
    row(
      '4.2.4',
      'must',
      `${directive} forbids it all the same`,
      [first(control(`max-age=60, ${directive}`)), asked({ after: 70, answer: { status: 503 }, status: 503 })],
      {
        staleIfError: '1m',
        staleWhileRevalidate: '1m',
      },
    ),
  ),
  row('4.2.4', 'own', 'a stale-if-error of the response itself outranks its s-maxage', [
    first(control('s-maxage=60, stale-if-error=60')),
    confirmed({ after: 70, answer: { status: 503 } }),
  ]),
  row('4.2.4', 'must', 'but not its must-revalidate', [
    first(control('max-age=60, must-revalidate, stale-if-error=60')),
    asked({ after: 70, answer: { status: 503 }, status: 503 }),
  ]),
]
