import {
  cors,
  faultInjection,
  fetchMetadata,
  ipFilter,
  maintenance,
  mirror,
  mock,
  securityHeaders,
  timeWindow,
  upstream,
  userAgents,
} from 'gatewright'
import { fakeClock } from 'gatewright/testing'
import type { ScenesOf } from '../scene.js'
import { once, sending } from './scene-parts.js'

/** Policies on where a request comes from, and those that answer in the upstream's place. */
export const EDGE_SCENES = {
  cors: [
    {
      route: { use: { policy: cors({ origins: ['https://a.example'], credentials: true }) } },
      play: sending({ origin: 'https://a.example' }),
    },
  ],
  'fault-injection': [
    { route: { use: { policy: faultInjection({ abort: { problem: 'UPSTREAM_UNREACHABLE' } }) } }, play: once },
    {
      route: {
        use: {
          policy: faultInjection({
            ...{ delay: { for: '1ms' }, when: { header: 'x-fault', equals: 'slow' } },
            token: { secret: 'a secret of thirty-two characters' },
          }),
        },
      },
      play: sending({ 'x-fault': 'slow', 'x-fault-token': 'none' }),
    },
  ],
  'fetch-metadata': [{ route: { use: { policy: fetchMetadata() } }, play: sending({ 'sec-fetch-site': 'cross-site' }) }],
  'ip-filter': [{ route: { use: { policy: ipFilter({ deny: ['127.0.0.0/8'] }) } }, play: once }],
  maintenance: [{ route: { use: { policy: maintenance({ active: true }) } }, play: once }],
  mirror: [{ route: { use: { policy: mirror({ to: upstream('nowhere', { targets: ['http://127.0.0.1:1'] }), diff: {} }) } }, play: once }],
  mock: [{ route: { use: { policy: mock() } }, replies: true, play: sending({ prefer: 'code=200' }) }],
  'security-headers': [{ route: { use: { policy: securityHeaders() } }, play: sending({ 'x-forwarded-proto': 'https' }) }],
  'time-window': [
    {
      route: { use: { policy: timeWindow({ days: ['mon'], timeZone: 'UTC' }) } },
      run: { clock: fakeClock(Date.parse('2026-11-24T12:00:00Z')) },
      play: once,
    },
  ],
  'user-agents': [{ route: { use: { policy: userAgents({ deny: ['bad*'] }) } }, play: sending({ 'user-agent': 'Bad/1.0' }) }],
} satisfies ScenesOf
