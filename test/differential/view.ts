import type { Case } from './case.js'
import { AFTER, type Recorded } from './recorder.js'
import type { Outcome } from './run-case.js'

/** What is compared of an outcome: the statuses that the client got, and lines that say what each side saw. */
export interface View {
  readonly client: string
  readonly lines: readonly string[]
}

/** Lines that differ between any two proxies whatever is sent. */
const OWN = new Set([
  'via: 1.1 gatewright',
  'x-request-id: UUID',
  'connection: close',
  'connection: keep-alive',
  'keep-alive: timeout=70, max=10000',
  'server: nginx/VERSION',
  'date: DATE',
])

const visible = (text: string) =>
  text.replace(/[^\x20-\x7e]/g, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`)

const steady = (line: string) =>
  line
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'UUID')
    .replace(/127\.0\.0\.1:\d+/g, '127.0.0.1:PORT')
    .replace(/nginx\/[\d.]+/, 'nginx/VERSION')
    .replace(/^(date: )[A-Z][a-z]{2}, (?!24 Nov 2026 08:00:00).*$/, '$1DATE')
    .replace(/([a-z0-9=])\1{60,}/g, (run, letter: string) => `${letter}…(${run.length})`)

function headerLines(head: readonly string[]): string[] {
  return head
    .map((line) => line.replace(/^([^:]*):\s*/, (_, name: string) => `${name.toLowerCase()}: `))
    .map((line) => steady(visible(line)))
    .filter((line) => !OWN.has(line))
    .sort()
}

function bodyLine({ body, framing }: Recorded): string[] {
  return body === '' ? [] : [`body ${visible(body)} (${framing})`]
}

function requestLines(request: Recorded, index: number): string[] {
  const [line = '', ...head] = request.head
  const all = [steady(visible(line)), ...headerLines(head), ...bodyLine(request)]
  return index === 0 ? all : all.map((text) => `${index + 1}: ${text}`)
}

const OWN_ERRORS = /^HTTP\/1\.1 (?:400|50\d) /

const isAfter = ({ head }: Recorded) => head[0]?.startsWith(`GET ${AFTER} `) ?? false

function responseLines(received: string): string[] {
  const own =
    received.split('HTTP/1.1 200 OK\r\n').length > 1 && received.endsWith('after')
      ? received.slice(0, received.lastIndexOf('HTTP/1.1 200 OK'))
      : received
  const [head = '', ...body] = own.split('\r\n\r\n')
  const [line = '', ...fields] = head.split('\r\n')
  const rest = body.join('\r\n\r\n')
  // What a proxy says in its own name needs no comparing.
  if (line === '' || OWN_ERRORS.test(line)) return []
  return [`← ${line}`, ...headerLines(fields).map((text) => `← ${text}`), ...(rest === '' ? [] : [`← body ${visible(rest)}`])]
}

function clientText(received: string, closed: boolean): string {
  const statuses = [...received.matchAll(/HTTP\/\d\.\d (\d+)/g)].map(([, status]) => status as string)
  if (received === '') return 'no answer'
  if (statuses.length === 0) return 'a body without a status'
  return closed ? `${statuses.join(', ')}, closed` : statuses.slice(0, -1).join(', ')
}

/** Reduces an outcome to what is compared: names in lower case, in order of name, without what changes from run to run. */
export function viewOf(one: Case, { received, requests }: Outcome): View {
  const answeredAfter = received.endsWith('after') && requests.some(isAfter)
  const upstream = requests.filter((request) => !isAfter(request)).flatMap(requestLines)
  return {
    client: clientText(received, !answeredAfter),
    lines: [...(upstream.length > 0 ? upstream : ['nothing reaches the upstream']), ...(one.response ? responseLines(received) : [])],
  }
}
