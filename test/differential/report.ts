import type { Case } from './case.js'
import type { View } from './view.js'

/** A case with what came of it at each proxy, Gatewright first. */
export interface Compared {
  readonly theme: string
  readonly one: Case
  readonly views: readonly View[]
}

const sameView = (a: View, b: View) => a.client === b.client && a.lines.join('\n') === b.lines.join('\n')

/** True if some proxy differs from Gatewright. */
export const differs = ({ views }: Compared) => views.some((view) => !sameView(view, views[0] as View))

const LONGEST = 150
const MOST_LINES = 12

const cell = (text: string) => text.replaceAll('\\', '\\\\').replaceAll('|', '\\|')
const code = (text: string) =>
  `<code>${cell(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('`', '&#96;')}</code>`
const few = (lines: readonly string[]) =>
  lines.length > MOST_LINES ? [...lines.slice(0, MOST_LINES), `… ${lines.length - MOST_LINES} more`] : lines
const short = (text: string) => (text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text)

function sent({ send }: Case): string {
  const parts = send.replace(/\r\n\r\n$/, '').split(/\r\n/)
  const lines = few(parts.filter((line) => line !== 'Host: gw'))
  return lines
    .map((line) => code(short(line.replace(/[^\x20-\x7e]/g, (one) => `\\x${one.charCodeAt(0).toString(16).padStart(2, '0')}`))))
    .join('<br>')
}

/** What every proxy sends upstream with a request from `gw`; it only says again that the request was sent. */
const USUAL = /^(?:\d: )?(?:host: gw|x-forwarded-for: 127\.0\.0\.1|x-forwarded-host: gw|x-forwarded-proto: http)$/

function seen(view: View, all: readonly View[]): string {
  const own = view.lines.filter((line) => !all.every(({ lines }) => lines.includes(line)) && !USUAL.test(line))
  return [view.client, ...few(own).map((line) => code(short(line)))].join('<br>')
}

/** The page: a table of the cases that differ, by theme, each with its reason. */
export function report(compared: readonly Compared[], reasons: Readonly<Record<string, string>>, versions: readonly string[]): string {
  const themes = [...new Set(compared.map(({ theme }) => theme))]
  const tables = themes.map((theme) => {
    const all = compared.filter((one) => one.theme === theme)
    const rows = all.filter(differs).map(({ one, views }) => {
      const cells = [`${one.id}<br>${sent(one)}`, ...views.map((view) => seen(view, views)), reasons[one.id] ?? '**no reason given**']
      return `| ${cells.join(' | ')} |`
    })
    const same = all.filter((one) => !differs(one)).map(({ one }) => one.id)
    const table = ['| sent | Gatewright | nginx | HAProxy | why |', '| --- | --- | --- | --- | --- |', ...rows]
    return [`## ${theme}`, ...(rows.length > 0 ? [table.join('\n')] : []), `Alike at all three: ${same.join(', ') || 'none'}.`].join('\n\n')
  })
  const count = compared.filter(differs).length
  return `${INTRODUCTION(compared.length, count, versions)}\n\n${tables.join('\n\n')}\n`
}

const INTRODUCTION = (all: number, count: number, versions: readonly string[]) => `# Beside nginx and HAProxy

The same bytes through Gatewright, ${versions.join(' and ')}, each as a plain reverse proxy in front of an upstream that records what it receives. Of ${all} cases, ${count}
differ in what the upstream gets or in the status that the client gets; each stands here with the reason. Written by \`npm run differential\`, which fails if a difference has no
reason or a reason no difference; the cases are in \`test/differential/corpus/\`.

A cell has the statuses that the client got (with \`closed\` where the connection did not live to serve the next request), then the lines that not all three have in common: of the
request as the upstream read it, and behind \`←\` of the response as the client read it. Not compared: order and letter case of header names; \`Via\`, \`X-Request-Id\`, \`Server\`, \`Date\`
and \`Connection\` as each writes them of its own accord; requests that a proxy gave up on before they were complete.`
