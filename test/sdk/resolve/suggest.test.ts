import test from 'ava'
import fc from 'fast-check'
import { keysAt } from '../../../sdk/resolve/keys-at.js'
import { suggest } from '../../../sdk/resolve/suggest.js'
import { upstreamSchema } from '../../../sdk/upstream.js'

const rows: [string, string[], string | undefined][] = [
  ['prot', ['host', 'port'], 'port'],
  ['Limit', ['limit', 'limits'], 'limit'],
  ['intervall', ['interval', 'path'], 'interval'],
  ['retires', ['retries', 'requires'], 'retries'],
  ['intrevla', ['path', 'interval'], 'interval'],
  ['zzz', ['host', 'port'], undefined],
  ['x', ['by'], undefined],
  ['', ['by'], undefined],
  ['host', [], undefined],
]
for (const [word, known, close] of rows)
  test(`${JSON.stringify(word)} is taken for ${close ?? 'none'} of ${known.join(', ') || 'nothing'}`, (t) =>
    t.is(suggest(word, known), close))

test('a word with one slip is found among words that are far away', (t) => {
  fc.assert(
    fc.property(fc.stringMatching(/^[a-z]{6,12}$/), fc.nat(), (word, at) => {
      const index = at % word.length
      t.is(suggest(word.slice(0, index) + word.slice(index + 1), ['0000000000000', word]), word)
    }),
  )
})

test('the keys of an object are found through wrappers, lists and unions', (t) => {
  t.deepEqual(keysAt(upstreamSchema, []), [
    'targets',
    'start',
    'balance',
    'consistentHash',
    'peakEwma',
    'sticky',
    'subset',
    'slowStart',
    'overprovisioning',
    'panic',
    'health',
    'ejection',
    'timeouts',
    'tls',
    'connections',
    'http2',
    'denyPrivate',
    'retry',
    'hedge',
    'deadlineHeader',
    'breaker',
    'bulkhead',
    'adaptive',
  ])
  t.deepEqual(keysAt(upstreamSchema, ['health']), [
    'type',
    'path',
    'interval',
    'unhealthyInterval',
    'jitter',
    'timeout',
    'statuses',
    'body',
    'rise',
    'fall',
  ])
  t.deepEqual(keysAt(upstreamSchema, ['targets', 0]), ['url', 'host', 'weight', 'priority', 'labels'])
  t.deepEqual(keysAt(upstreamSchema, ['connections']), [])
  t.deepEqual(keysAt(upstreamSchema, ['nowhere', 'at', 'all']), [])
})
