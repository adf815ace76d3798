import { STATUS_CODES } from 'node:http'
import { PROBLEMS, type ProblemCode, problemTypeOf } from '../../sdk/index.js'
import { functionName } from './emit-policy-page.js'
import { fenced, type Page, page, section } from './page.js'

/** The page of one problem; `policies` are those that may answer it. */
export function emitProblemPage(code: ProblemCode, policies: readonly string[]): Page {
  const { status, title, explain } = PROBLEMS[code]
  const document = { type: problemTypeOf(code, 'urn:problem:'), title, status, code, instance: 'urn:request:01J9ZC2T8E4M' }
  const links = policies.map((name) => `[\`${functionName(name)}\`](../policies/${name}.md)`)
  return page(`problems/${code}.md`, `${code} (${status})`, [
    `**${title}.** ${explain}`,
    links.length === 0 ? undefined : `Policies that may answer it: ${links.join(', ')}.`,
    section(
      'Response',
      fenced(
        'http',
        `HTTP/1.1 ${status} ${STATUS_CODES[status]}\ncontent-type: application/problem+json\n\n${JSON.stringify(document, null, 2)}`,
      ),
      '`type`, `title` and `status` never vary for a code (RFC 9457 section 3); `detail` may say more about one occurrence, and `instance` carries the request id that is also in the log.',
    ),
  ])
}
