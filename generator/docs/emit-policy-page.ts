import type { Effects, SecurityEffect } from '../../sdk/index.js'
import { PHASES, type Phase, type PolicyDefinition } from '../../sdk/policy.js'
import { type DocsExample, effectsIn } from './docs-example.js'
import { optionsTable } from './options-table.js'
import { fenced, type Page, page, section } from './page.js'
import type { CommentReader } from './read-comments.js'

/** The function that configures a policy: `rate-limit` is written `rateLimit`. */
export function functionName(policy: string): string {
  return policy.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())
}

function phaseText(phase: Phase): string {
  const order = PHASES.map((other) => (other === phase ? `**${other}**` : other)).join(' → ')
  return `Runs in the phase \`${phase}\`: ${order}.`
}

function needed(scheme: SecurityEffect): string {
  if (scheme.type === 'bearer') return 'a bearer token'
  if (scheme.type === 'basic') return 'a name and a password'
  return scheme.type === 'mutualTLS' ? 'a client certificate' : `the header \`${scheme.header}\``
}

function effectsText({ problems, headers, replies, requestHeaders, security }: Required<Effects>): string {
  const lines = [
    ...problems.map((code) => `- may answer the problem [\`${code}\`](../problems/${code}.md)`),
    ...headers.map(({ name, description, on }) => `- adds \`${name}\` to ${on === 'any' ? 'responses' : 'its problems'}: ${description}`),
    ...replies.map(({ status, description }) => `- may answer ${status}: ${description}`),
    ...requestHeaders.map(
      ({ name, description, required }) => `- reads \`${name}\`${required ? ', which is required' : ''}: ${description}`,
    ),
    ...security.map((scheme) => `- needs ${needed(scheme)}: ${scheme.description}`),
  ]
  return lines.length === 0 ? 'Nothing that it declares: it works between the gateway and the upstream.' : [...new Set(lines)].join('\n')
}

/** How a policy comes about: imported, or made by the value of another function. */
function howToWrite({ madeBy }: PolicyDefinition, written: string): string {
  if (madeBy === undefined) return `import { ${written} } from 'gatewright'`
  return `const auth = ${madeBy === 'auth' ? 'jwt' : madeBy}({ … })${madeBy === 'auth' ? ' // or any other auth' : ''}\nauth.${written}(…)`
}

/** The reference page of a policy or auth. */
export function emitPolicyPage(definition: PolicyDefinition, example: DocsExample, comments: CommentReader): Page {
  const { name, phase, options } = definition
  const written = functionName(name)
  const file = `policies/${name}.ts`
  return page(`policies/${name}.md`, written, [
    comments.ofFunction(file, written),
    fenced('ts', howToWrite(definition, written)),
    phaseText(phase),
    section('Options', optionsTable(options, comments.ofSchema(file, 'options'))),
    section('What callers can see', effectsText(effectsIn(example, name))),
    section('Example', fenced('ts', example.source)),
  ])
}
