import { answer, type Case, get, lines } from '../case.js'

const response = (id: string, text: string, more: Partial<Case> = {}): Case => ({
  id,
  send: get('/a'),
  answer: text,
  response: true,
  ...more,
})

/** What an upstream may answer, and what of it the client gets. */
export const responseCases: readonly Case[] = [
  response('response-plain', answer('200 OK', ['Content-Type: text/plain', 'ETag: "1"'])),
  response('response-reason', answer('200 Fine')),
  response(
    'response-hop-by-hop',
    answer('200 OK', [
      'Connection: X-Hop',
      'X-Hop: 1',
      'Keep-Alive: timeout=5',
      'Proxy-Connection: x',
      'Proxy-Authenticate: Basic',
      'Upgrade: foo',
    ]),
  ),
  response('response-nominated-case', answer('200 OK', ['Connection: x-hop', 'X-Hop: 1', 'X-End: 1'])),
  response(
    'response-repeated',
    answer('401 Unauthorized', ['Set-Cookie: a=1', 'Set-Cookie: b=2', 'WWW-Authenticate: A', 'WWW-Authenticate: B']),
  ),
  response('response-server-date', answer('200 OK', ['Server: up/1', 'Date: Tue, 24 Nov 2026 08:00:00 GMT', 'X-Powered-By: x'])),
  response('response-via', answer('200 OK', ['Via: 1.1 up'])),
  response('response-accel', answer('200 OK', ['X-Accel-Buffering: no', 'X-Accel-Expires: 10'])),
  response('response-encoded', answer('200 OK', ['Content-Encoding: br', 'Cache-Control: no-transform', 'ETag: "1"'])),
  response('response-204-length', lines('HTTP/1.1 204 No Content', 'Content-Length: 0')),
  response('response-304', lines('HTTP/1.1 304 Not Modified', 'ETag: "1"', 'Content-Length: 100')),
  response('response-head', lines('HTTP/1.1 200 OK', 'Content-Length: 100'), { send: lines('HEAD /a HTTP/1.1', 'Host: gw') }),
  response('response-chunked', `${lines('HTTP/1.1 200 OK', 'Transfer-Encoding: chunked')}2\r\nok\r\n0\r\n\r\n`),
  response(
    'response-chunked-trailer',
    `${lines('HTTP/1.1 200 OK', 'Transfer-Encoding: chunked', 'Trailer: X-T')}2\r\nok\r\n0\r\nX-T: v\r\n\r\n`,
  ),
  response('response-chunked-to-1.0', `${lines('HTTP/1.1 200 OK', 'Transfer-Encoding: chunked')}2\r\nok\r\n0\r\n\r\n`, {
    send: lines('GET /a HTTP/1.0', 'Host: gw'),
    alone: true,
  }),
  response('response-until-close', `${lines('HTTP/1.0 200 OK')}ok`, { hangUp: true }),
  response('response-cut', `${lines('HTTP/1.1 200 OK', 'Content-Length: 10')}short`, { hangUp: true }),
  response('response-too-long', answer('200 OK').replace(/ok$/, 'okEXTRA'), { hangUp: true }),
  response(
    'response-length-and-chunked',
    `${lines('HTTP/1.1 200 OK', 'Content-Length: 3', 'Transfer-Encoding: chunked')}2\r\nok\r\n0\r\n\r\n`,
    {
      hangUp: true,
    },
  ),
  response('response-lengths-differ', `${lines('HTTP/1.1 200 OK', 'Content-Length: 2', 'Content-Length: 3')}ok`, { hangUp: true }),
  response('response-early-hints', `${lines('HTTP/1.1 103 Early Hints', 'Link: </a.css>; rel=preload')}${answer('200 OK')}`),
  response('response-102-to-1.0', `${lines('HTTP/1.1 102 Processing')}${answer('200 OK')}`, {
    send: lines('GET /a HTTP/1.0', 'Host: gw'),
    alone: true,
  }),
  response('response-switch-unasked', lines('HTTP/1.1 101 Switching Protocols', 'Connection: Upgrade', 'Upgrade: foo'), { hangUp: true }),
  response('response-status-099', answer('099 Low'), { hangUp: true }),
  response('response-status-600', answer('600 High')),
  response('response-status-long', answer('2000 Long'), { hangUp: true }),
  response('response-bad-line', 'HELLO\r\n\r\n', { hangUp: true }),
  response('response-header-nul', answer('200 OK', ['X-Nul: a\x00b']), { hangUp: true }),
  response('response-header-fold', answer('200 OK', ['X-Fold: a', ' b']), { hangUp: true }),
  response('response-nothing', '', { hangUp: true }),
]
