type Reasons = Readonly<Record<string, string>>

const because = (reason: string, ...ids: readonly string[]): Reasons => Object.fromEntries(ids.map((id) => [id, reason]))

const requestLine: Reasons = {
  ...because('HTTP/0.9 has no headers to check and no status to answer with: refused.', 'http-0.9'),
  ...because(
    'A proxy sends its own version (RFC 9110 section 2.5). HAProxy passes the client’s on.',
    'http-1.0',
    'http-1.0-keep-alive',
    'response-chunked-to-1.0',
    'expect-continue-1.0',
  ),
  ...because(
    'A request to an HTTP/1.1 upstream needs a Host (RFC 9112 section 3.2); without the client’s it is the target’s.',
    'http-1.0-no-host',
  ),
  ...because('Only HTTP/1.0 and HTTP/1.1 are spoken on this listener.', 'http-1.2', 'http-2.0'),
  ...because('HAProxy takes the connection over to HTTP/2; this route’s listener speaks HTTP/1.', 'http2-preface'),
  ...because(
    'The request line has exactly two single spaces and ends with CRLF (RFC 9112 sections 2.2 and 3); leniency here is what smuggling builds on.',
    'tab-separator',
    'trailing-space',
    'bare-lf',
  ),
  ...because('Methods that Node’s parser does not know are refused.', 'method-unknown', 'method-lower-case', 'method-long'),
  ...because(
    'A request of a method that may have content says that it has none; both forms are valid (RFC 9110 section 8.6).',
    'method-propfind',
    'method-query',
    'post-without-length',
  ),
  ...because(
    'TRACE would show a caller the headers that the gateway adds, and CONNECT would make a tunnel of it: never routed.',
    'method-trace',
    'connect-authority',
    'connect-path',
  ),
  ...because('No route matches `*`; answering it is not the upstream’s business.', 'options-asterisk', 'get-asterisk'),
  ...because(
    'An upstream is no proxy, so it gets origin-form (RFC 9112 section 3.2.1).',
    'absolute-form',
    'absolute-form-no-path',
    'absolute-form-upper-case',
  ),
  ...because(
    'An absolute-form target must be http or https, without userinfo, and name the host that Host names.',
    'absolute-form-other-host',
    'absolute-form-userinfo',
    'absolute-form-ftp',
    'absolute-form-file',
  ),
}

const target: Reasons = {
  ...because(
    'What a second parser reads as another path is refused, since a route and its auth were chosen by the first (decision 3).',
    'path-dot-dot',
    'path-dot',
    'path-encoded-dot-dot',
    'path-half-encoded-dot-dot',
    'path-backslash',
    'path-encoded-slash',
    'path-encoded-backslash',
    'path-encoded-nul',
    'path-parameter-dot-dot',
    'path-double-slash',
    'path-inner-double-slash',
  ),
  ...because("The same, unless the route says `encodedSlashes: 'keep'`.", 'path-encoded-slash-name'),
  ...because(
    'One canonical path is routed and sent: unreserved characters decoded, escapes in upper case (RFC 3986 section 6.2.2).',
    'path-unreserved-encoded',
    'path-lower-case-escape',
    'path-encoded-crlf',
  ),
  ...because(
    'An escape that does not decode, or not to UTF-8, is read differently by every server.',
    'path-bad-escape',
    'path-cut-escape',
    'path-percent-u',
    'path-overlong-utf8',
  ),
  ...because(
    'RFC 3986 section 3.3 has these characters only percent-encoded, and servers differ in what they make of them raw.',
    'path-raw-utf8',
    'path-pipe',
    'path-brackets',
    'path-quote',
    'query-raw-utf8',
  ),
  ...because('A fragment never leaves a client (RFC 9110 section 4.1); nginx cuts it off.', 'fragment'),
  ...because('An empty query is sent as none.', 'query-empty'),
}

const host: Reasons = {
  ...because(
    'RFC 9112 section 3.2 has exactly one Host with a valid value; HAProxy leaves it to its rules.',
    'host-missing',
    'host-empty',
    'host-twice-same',
  ),
  ...because(
    'Not a host with an optional port: refused, since upstreams build URLs of it.',
    'host-list',
    'host-userinfo',
    'host-path',
    'host-query',
    'host-fragment',
    'host-backslash',
    'host-open-bracket',
    'host-port-text',
    'host-port-range',
    'host-space',
  ),
  ...because('A colon without a port is valid by RFC 3986 and refused all the same: nobody sends it in good faith.', 'host-port-empty'),
}

const framing: Reasons = {
  ...because('A length with leading zeros is read as octal by some: refused.', 'length-zeros'),
  ...because(
    'More than one length is refused, also if they agree (RFC 9112 section 6.3 allows either).',
    'length-twice-same',
    'length-list',
  ),
  ...because(
    'HAProxy passes names with `_`, which many servers fold into `-`.',
    'length-underscore',
    'coding-underscore',
    'underscore',
    'proto-name',
  ),
  ...because(
    'nginx writes a length if it has the whole body in time; both forms are valid.',
    'chunked',
    'chunked-upper-case',
    'chunk-extension',
    'get-chunked',
  ),
  ...because(
    'All refuse; nginx answers 501 and HAProxy 422 for codings that they do not know.',
    'chunked-list',
    'chunked-leading-comma',
    'coding-gzip-chunked',
    'coding-gzip',
    'coding-unknown',
    'coding-identity',
    'coding-empty',
    'coding-vertical-tab',
  ),
  ...because(
    'A message with both lengths is an attack or a fault (RFC 9112 section 6.1); HAProxy drops the Content-Length and closes.',
    'length-and-chunked',
    'chunked-and-length',
  ),
  ...because('HTTP/1.0 has no transfer codings (RFC 9112 section 6.1).', 'chunked-http-1.0'),
  ...because('Chunks end with CRLF; a bare LF is what smuggling builds on.', 'chunk-bare-lf'),
  ...because('A Content-Length after the body is refused as an attempt at another framing.', 'trailer-length'),
  ...because(
    'Trailer fields are dropped (RFC 9110 section 6.5.1 allows it), and so is the announcement of them.',
    'trailer',
    'trailer-authorization',
    'response-chunked-trailer',
  ),
}

const headers: Reasons = {
  ...because(
    'Hop-by-hop fields and those that Connection nominates are removed (RFC 9110 section 7.6.1). nginx and HAProxy leave that to their rules.',
    'hop-by-hop',
    'te-other',
    'nominated',
    'nominated-on-two-lines',
    'nominated-after-empty',
    'nominated-authorization',
    'nominated-host',
    'nominated-cookie',
    'response-hop-by-hop',
    'response-nominated-case',
    'upgrade-not-nominated',
  ),
  ...because('Several Cookie lines become one (RFC 9113 section 8.2.3), as HTTP/1 servers expect.', 'cookies'),
  ...because(
    'Content-Length is no option of a connection: it stays, and the nomination goes. HAProxy passes the nomination on.',
    'nominated-length',
  ),
  ...because(
    'Forwarding fields of a client that is no trusted proxy are replaced by what the gateway itself sees.',
    'nominated-forwarded-for',
    'forwarded-for',
    'forwarded-for-twice',
    'forwarded-others',
    'forwarded-rfc',
    'real-ip',
  ),
  ...because('Only the gateway says who a caller is.', 'identity'),
  ...because('These make some upstreams act on another method or path than the one that was checked.', 'method-override', 'original-url'),
  ...because('A request id from a client that is no trusted proxy is replaced.', 'request-id'),
  ...because('White space around a value is no part of it (RFC 9110 section 5.5); nginx leaves a trailing tab.', 'padded-value'),
  ...because('Not a field line (RFC 9112 section 5): refused.', 'obs-fold', 'nul-value', 'control-value', 'brackets-in-name', 'no-colon'),
  ...because('Two Authorization lines leave it open which one counts.', 'authorization-twice'),
  ...because('Each has limits of its own: 16 KiB of header lines here, and 100 of them.', 'header-17k', 'headers-150'),
  ...because(
    'The gateway answers the expectation itself once the body is wanted; HAProxy leaves it to the upstream.',
    'expect-continue',
    'expect-continue-case',
  ),
  ...because('There is no body to ask for, so no 100; Node closes after such an answer.', 'expect-continue-no-body'),
  ...because('An expectation that is not known is refused (RFC 9110 section 10.1.1).', 'expect-other', 'expect-obfuscated'),
  ...because(
    'An upgrade that the route does not offer is ignored. Node drops what came in the same packet behind such a request; a client waits for the answer first (RFC 9110 section 7.8).',
    'upgrade-h2c',
    'upgrade-other',
  ),
}

const responses: Reasons = {
  ...because('The reason phrase is not kept; clients ignore it (RFC 9112 section 4).', 'response-reason', 'response-status-600'),
  ...because(
    'nginx writes Server and Date itself and acts on `X-Accel-*`; for Gatewright they are the upstream’s fields like any other.',
    'response-server-date',
    'response-accel',
  ),
  ...because('A 204 has no Content-Length (RFC 9110 section 8.6); nginx passes the upstream’s on.', 'response-204-length'),
  ...because(
    'A body that ends with the connection is sent in chunks, so that the client sees whether it is whole. HAProxy closes.',
    'response-until-close',
  ),
  ...because('An upstream whose message ends in two places is not believed.', 'response-length-and-chunked', 'response-lengths-differ'),
  ...because(
    'Interim responses are dropped. nginx of this version takes one for the final response; HAProxy sends it even to an HTTP/1.0 client.',
    'response-early-hints',
    'response-102-to-1.0',
  ),
  ...because(
    'Nobody asked to switch protocols: 502, as at HAProxy. The request is idempotent and is tried once more.',
    'response-switch-unasked',
  ),
  ...because('Not a status line (RFC 9112 section 4): 502.', 'response-status-099', 'response-status-long', 'response-bad-line'),
  ...because('Not a field line (RFC 9112 section 5): 502.', 'response-header-nul', 'response-header-fold'),
  ...because('An idempotent request is tried once more where the upstream closed without an answer, as at nginx.', 'response-nothing'),
}

/** Why a case differs, by its id. */
export const reasons: Reasons = { ...requestLine, ...target, ...host, ...framing, ...headers, ...responses }
