import { isDeepStrictEqual } from 'node:util'
import type { LoadTarget } from './load.js'
import { onMessages, openWebsocket } from './websocket-client.js'
import { clientMessage } from './websocket-frames.js'

const ANSWER_MS = 10_000

type Fail = (what: string) => never

async function validateAnswer({ row, port, authorizations }: LoadTarget, fail: Fail): Promise<void> {
  const [authorization] = authorizations
  const response = await fetch(`http://127.0.0.1:${port}${row.path}`, {
    method: row.method,
    headers: { ...row.headers, ...(authorization === undefined ? {} : { authorization }) },
    body: row.body ?? null,
  })
  const text = await response.text()
  if (response.status !== 200) fail(`answered ${response.status}: ${text.slice(0, 300)}`)
  for (const name of row.answerHeaders) if (!response.headers.has(name)) fail(`the response lacks ${name}`)
  if (typeof row.answer === 'number') {
    if (text.length !== row.answer) fail(`the body has ${text.length} bytes, not ${row.answer}`)
    return
  }
  const body = JSON.parse(text) as Record<string, unknown>
  for (const [key, value] of Object.entries(row.answer))
    if (!isDeepStrictEqual(body[key], value)) fail(`the body has no right "${key}": ${text}`)
  if (row.name === 'transform' && 'internal' in body) fail(`the response was not transformed: ${text}`)
}

/** Sends one message there and back. */
async function validateMessage({ row, port }: LoadTarget): Promise<void> {
  const socket = await openWebsocket(port, row.path)
  await new Promise<void>((resolve, reject) => {
    onMessages(socket, resolve)
    socket.on('close', () => reject(new Error('the WebSocket was closed before its message came back')))
    socket.setTimeout(ANSWER_MS, () => reject(new Error('no message came back')))
    socket.write(clientMessage())
  }).finally(() => socket.destroy())
}

/** Throws unless a peer answers the row's request rightly and the upstream saw what it should have. */
export async function validate(peer: string, target: LoadTarget, upstreamPort: number): Promise<void> {
  const { row } = target
  const fail: Fail = (what) => {
    throw new Error(`${peer} on "${row.name}": ${what}`)
  }
  if (row.kind === 'messages') await validateMessage(target)
  else await validateAnswer(target, fail)
  const seen = (await (await fetch(`http://127.0.0.1:${upstreamPort}/__seen`)).text()).replace(/^[^:\r\n]+(?=:)/gm, (name) =>
    name.toLowerCase(),
  )
  if (!seen.toLowerCase().startsWith(row.seenLine.toLowerCase())) fail(`the upstream saw ${seen.slice(0, 80)}`)
  for (const part of row.seen) if (!seen.includes(part)) fail(`the upstream did not see "${part}":\n${seen}`)
  for (const part of row.unseen)
    if (seen.includes(`\n${part}`) || (part.startsWith('"') && seen.includes(part))) fail(`the upstream saw "${part}":\n${seen}`)
}
