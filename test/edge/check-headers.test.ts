import test from 'ava'
import { checkHeaders, isAuthority } from '../../runtime/edge/check-headers.js'

const authority = test.macro({
  exec(t, text: string, want: boolean) {
    t.is(isAuthority(text), want)
  },
  title: (_, text, want) => `${want ? 'accepts' : 'refuses'} the host ${JSON.stringify(text)}`,
})

for (const text of ['gw', 'gw:80', 'GW.example.org.', '127.0.0.1:8080', '[::1]', '[::1]:443', 'a_b.c']) test(authority, text, true)
for (const text of ['', 'a,b', 'u@h', 'h/p', 'h?x', 'h#x', 'h\\x', '[::1', 'h:abc', 'h:99999', 'h:', ' h', 'h h', '-a', '::1'])
  test(authority, text, false)

const faults = test.macro({
  exec(t, lines: readonly string[], minor: number, code: string | undefined) {
    t.is(checkHeaders(lines, minor, { lines: 4, bytes: 100 })?.code, code as never)
  },
  title: (_, lines: readonly string[], minor, code) => `${code ?? 'passes'}: HTTP/1.${minor} ${lines.join(' ')}`,
})

for (const [lines, minor, code] of [
  [['Host', 'gw'], 1, undefined],
  [[], 0, undefined],
  [[], 1, 'BAD_REQUEST'],
  [['Host', 'gw', 'hOST', 'gw'], 1, 'BAD_REQUEST'],
  [['Host', 'gw', 'Transfer-Encoding', 'Chunked'], 1, undefined],
  [['Host', 'gw', 'Transfer-Encoding', ',chunked'], 1, 'BAD_REQUEST'],
  [['Host', 'gw', 'Transfer-Encoding', 'gzip, chunked'], 1, 'BAD_REQUEST'],
  [['Host', 'gw', 'Transfer-Encoding', 'gzip', 'transfer-encoding', 'chunked'], 1, 'BAD_REQUEST'],
  [['Host', 'gw', 'Transfer-Encoding', ''], 1, 'BAD_REQUEST'],
  [['Host', 'gw', 'Transfer-Encoding', 'chunked'], 0, 'BAD_REQUEST'],
  [['Host', 'gw', 'Content-Length', '0'], 1, undefined],
  [['Host', 'gw', 'Content-Length', '10'], 1, undefined],
  [['Host', 'gw', 'content-length', '010'], 1, 'BAD_REQUEST'],
  [['Host', 'gw', 'Authorization', 'a', 'authorization', 'b'], 1, 'BAD_REQUEST'],
  [['Host', 'gw', 'A', '1', 'B', '2', 'C', '3'], 1, undefined],
  [['Host', 'gw', 'A', '1', 'B', '2', 'C', '3', 'D', '4'], 1, 'HEADERS_TOO_LARGE'],
] as const)
  test(faults, lines, minor, code)
