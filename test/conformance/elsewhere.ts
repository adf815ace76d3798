/** A row of the catalogue whose cases are no exchange of one request: tests of other kinds hold it. */
export interface HeldElsewhere {
  readonly id: string
  readonly title: string
  /** Files of tests, from the root of the repository. */
  readonly tests: readonly string[]
  /** What is not held, where that is so. */
  readonly exception?: string
}

/** Rows without cases in the table, in the table's order. */
export const ELSEWHERE: readonly HeldElsewhere[] = [
  {
    id: 'P-22',
    title: 'WebSocket: bytes both ways, those sent with the 101 too; either side’s end reaches the other; idle timeout',
    tests: ['test/gateway/websocket-tunnel.test.ts', 'test/interop/websocket.test.ts'],
  },
  {
    id: 'P-23',
    title: 'an upstream that refuses a WebSocket handshake is answered as it answers',
    tests: ['test/gateway/websocket.test.ts'],
  },
  {
    id: 'H-29',
    title: 'HTTP/2: abuse of streams, frames and fields',
    tests: ['test/gateway/http2-abuse.test.ts', 'test/gateway/http2.test.ts'],
  },
  {
    id: 'N-13',
    title: 'canonical targets: idempotent, the routed string is the sent one, agrees with WHATWG; 100,000 random targets',
    tests: ['test/edge/canonical-target.property.test.ts'],
  },
  {
    id: 'I-06',
    title: '`denyPrivate` on an upstream holds for the address connected to; key sets are fetched without following redirects',
    tests: ['test/upstreams/deny-private.test.ts', 'test/auth/remote-key-set.test.ts'],
  },
  ...(['I-09', 'I-10', 'I-11'] as const).map((id) => ({
    id,
    title: 'caches: nothing unkeyed, nothing private, no lifetime that is none',
    tests: ['test/cache-conformance/cache-conformance.test.ts'],
  })),
  {
    id: 'I-12',
    title: 'CORS: origins compare whole, never reflected with credentials, Vary always',
    tests: ['test/policies/cors.test.ts'],
  },
  {
    id: 'I-16',
    title: 'API keys are compared by their hashes, in constant time',
    tests: ['test/policies/api-key.test.ts'],
    exception: 'the time itself is not measured: hashes of one length go through `timingSafeEqual`',
  },
  {
    id: 'I-19',
    title: 'patterns of a config that could take exponential time are refused when it loads',
    tests: ['test/sdk/pattern-problem.test.ts', 'test/sdk/resolve/resolve-route.test.ts'],
    exception: 'alternatives that overlap, as in `(a|aa)+`, are not found',
  },
  {
    id: 'L-12',
    title: 'a million callers: memory bounded, every Redis key expires; `npm run limits:million`',
    tests: ['test/stores/memory-limit-store.test.ts', 'test/stores/redis-limit-store.test.ts'],
  },
  {
    id: 'L-13',
    title: 'WebSocket connections at rest: idle timeout, keep-alive by pings, drained with 1012',
    tests: ['test/gateway/websocket-tunnel.test.ts'],
    exception: 'tried with a handful of connections, not with thousands',
  },
  {
    id: 'L-16',
    title: 'the cost of an attack to the gateway beside its cost to the attacker',
    tests: ['test/faults/transfer.test.ts', 'test/faults/faults.test.ts'],
    exception:
      'memory is bounded under thousands of faulty and slow clients (`npm run faults`, `npm run transfer`); not measured for each case',
  },
  { id: 'U-08', title: 'a client that stalls holds back the upstream; memory stays flat', tests: ['test/faults/transfer.test.ts'] },
  { id: 'U-12', title: 'a name that stands for another address: requests follow', tests: ['test/upstreams/name-changes.test.ts'] },
]
