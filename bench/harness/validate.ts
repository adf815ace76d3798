import { isDeepStrictEqual } from 'node:util'
import type { Row } from './rows.js'

/** Throws unless a peer answers the row's request rightly and the upstream saw what it should have. */
export async function validate(peer: string, row: Row, port: number, upstreamPort: number): Promise<void> {
  const fail = (what: string): never => {
    throw new Error(`${peer} on "${row.name}": ${what}`)
  }
  const response = await fetch(`http://127.0.0.1:${port}${row.path}`, {
    method: row.method,
    headers: { ...row.headers },
    body: row.body ?? null,
  })
  const text = await response.text()
  if (response.status !== 200) fail(`answered ${response.status}: ${text.slice(0, 300)}`)
  const body = JSON.parse(text) as Record<string, unknown>
  for (const [key, value] of Object.entries(row.answer))
    if (!isDeepStrictEqual(body[key], value)) fail(`the body has no right "${key}": ${text}`)
  if (row.name === 'transform' && 'internal' in body) fail(`the response was not transformed: ${text}`)
  for (const name of row.answerHeaders) if (!response.headers.has(name)) fail(`the response lacks ${name}`)
  const seen = (await (await fetch(`http://127.0.0.1:${upstreamPort}/__seen`)).text()).replace(/^[^:\r\n]+(?=:)/gm, (name) =>
    name.toLowerCase(),
  )
  if (!seen.toLowerCase().startsWith(row.seenLine.toLowerCase())) fail(`the upstream saw ${seen.slice(0, 80)}`)
  for (const part of row.seen) if (!seen.includes(part)) fail(`the upstream did not see "${part}":\n${seen}`)
  for (const part of row.unseen)
    if (seen.includes(`\n${part}`) || (part.startsWith('"') && seen.includes(part))) fail(`the upstream saw "${part}":\n${seen}`)
}
