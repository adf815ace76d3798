import { ISSUES, type IssueCode, PROBLEMS, type ProblemCode } from '../../sdk/index.js'
import { functionName } from './emit-policy-page.js'
import { type Page, page, section } from './page.js'
import type { CommentReader } from './read-comments.js'

const firstSentence = (text: string | undefined) => text?.match(/^.*?\.(?= [A-Z]|$)/)?.[0] ?? ''

/** Pages that say what was measured. */
const MEASURED = [
  '- [Conformance](conformance.md): requests and responses that proxies get wrong, case by case, on each way of forwarding.',
  '- [Cache conformance](cache-conformance.md): the cache held to RFC 9111, row by row.',
  '- [Differences](differential.md): what nginx and HAProxy make of the same bytes, and why.',
  '- [Performance](performance.md): what the gateway costs, what made it fast, and where the floor is.',
]

/** The index of everything that is generated. */
export function emitIndexPage(policies: readonly string[], auths: readonly string[], comments: CommentReader): Page {
  const policyLine = (name: string) => {
    const written = functionName(name)
    return `- [\`${written}\`](policies/${name}.md): ${firstSentence(comments.ofFunction(`policies/${name}.ts`, written))}`
  }
  const problemLine = ([code, { status, title }]: [string, (typeof PROBLEMS)[ProblemCode]]) =>
    `| [\`${code}\`](problems/${code}.md) | ${status} | ${title} |`
  const issueLine = ([code, { title }]: [string, (typeof ISSUES)[IssueCode]]) => `| [\`${code}\`](config-errors/${code}.md) | ${title} |`
  return page('README.md', 'Gatewright reference', [
    section(
      'Config',
      [
        `- [\`defineGateway\`](gateway.md): ${firstSentence(comments.ofFunction('gateway.ts', 'defineGateway'))}`,
        `- [\`route\`](route.md): ${firstSentence(comments.ofFunction('route.ts', 'route'))}`,
        `- [\`upstream\`](upstream.md): ${firstSentence(comments.ofFunction('upstream.ts', 'upstream'))}`,
        '- [What faults cost callers](chaos.md), with and without each mechanism; [which test holds which case](resilience.md) of breakers, balancing, retries and operations.',
        '- [Balancing](upstreams/balancing.md), [health and ejection](upstreams/health.md): which target a request goes to, and which are left out.',
        '- [Circuit breakers](upstreams/circuit-breaker.md), [bulkheads](upstreams/bulkhead.md), [fallbacks](upstreams/fallback.md): what a failing or slow upstream is spared, and what callers get.',
        '- [Conditions and versions](upstreams/versions.md): routes told apart by host, header, query, cookie or API version.',
        '- [Retries](upstreams/retries.md), [hedging](upstreams/hedging.md), [deadlines](upstreams/deadlines.md): what is sent twice, when and how often, and how long upstreams have.',
        '- [Rollouts](upstreams/rollout.md): canaries that are taken back by themselves, blue and green.',
        '- [Mirrored traffic](upstreams/mirroring.md): copies of requests to another upstream, and where its responses differ.',
        '- [Composition](upstreams/composition.md): one route made of several calls.',
        '- [XML, CSV and forms](upstreams/formats.md): upstreams, or callers, that do not speak JSON.',
        '- [TLS and HTTP/2](tls-and-http2.md): HTTPS and HTTP/2 for clients, HTTP/2 to upstreams, `QUERY`.',
        '- [TLS to upstreams, and Unix sockets](upstreams/tls.md): trust, pins, certificates that change, when they end.',
      ].join('\n'),
    ),
    section('Policies', policies.map(policyLine).join('\n')),
    section('Auths', auths.map(policyLine).join('\n')),
    section(
      'Problems',
      'What a gateway answers when it does not pass a response on, as RFC 9457 `application/problem+json`.',
      ['| code | status | title |', '|---|---|---|', ...Object.entries(PROBLEMS).map(problemLine)].join('\n'),
    ),
    section(
      'Config errors',
      'What loading a config reports, all at once.',
      [
        '| code | title |',
        '|---|---|',
        ...Object.entries(ISSUES)
          .toSorted(([a], [b]) => (a < b ? -1 : 1))
          .map(issueLine),
      ].join('\n'),
    ),
    section('Measured', MEASURED.join('\n')),
  ])
}
