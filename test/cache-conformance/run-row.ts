import { request } from 'undici'
import type { Row, Step, Values } from './row.js'
import { type Stage, written } from './stage.js'

/** A response as a caller gets it; undefined where it breaks off. */
interface Came {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string | undefined
}

async function send(url: string, step: Step, stage: Stage): Promise<Came> {
  const headers = written(step.send ?? {}, stage.clock)
  const method = (step.method ?? 'GET') as 'GET'
  const { statusCode, headers: fields, body } = await request(url, { method, headers, body: step.body ?? null })
  return { status: statusCode, headers: fields, body: await body.text().catch(() => undefined) }
}

const textOf = (value: string | string[] | undefined) => (value === undefined ? null : [value].flat().join(', '))

function difference(what: string, wanted: Values | undefined, given: Came['headers']): string | undefined {
  for (const [name, value] of Object.entries(wanted ?? {})) {
    const text = textOf(given[name])
    if (text !== value) return `${what} ${name}: ${text}, not ${value}`
  }
  return undefined
}

function judge(step: Step, came: Came, wasAsked: boolean, stage: Stage): string | undefined {
  const { expect, status } = step
  const own = came.body === `answer ${stage.script.count}`
  if (wasAsked !== (expect !== 'stored')) return wasAsked ? 'the upstream was asked' : 'the upstream was not asked'
  if (status !== undefined && came.status !== status) return `status ${came.status}, not ${status}`
  const bodiless = step.method === 'HEAD' || came.status === 304 || came.status === 204 || came.body === undefined
  if (!bodiless && expect === 'forwarded' && !own) return `the body is not the upstream’s but ${came.body}`
  if (!bodiless && expect === 'confirmed' && !came.body?.startsWith('answer')) return `the body is not the stored one but ${came.body}`
  if (!bodiless && expect === 'confirmed' && own && step.answer?.cut !== true) return 'the body is the upstream’s'
  return difference('got', step.got, came.headers) ?? difference('sent', step.sent, stage.script.asked?.headers ?? {})
}

/** Runs a row at a path of its own; resolves to what is wrong, if anything. */
export async function runRow(row: Row, index: number, stage: Stage): Promise<string | undefined> {
  const base = `${await stage.gatewayFor(row)}/row/${index}`
  for (const [at, step] of row.steps.entries()) {
    stage.clock.advance((step.after ?? 0) * 1_000)
    // Nothing is asked and changed in the same millisecond, as on a real clock it hardly is.
    stage.clock.advance(1)
    stage.script.next = step.answer
    const before = stage.script.count
    const came = await send(base + (step.path ?? ''), step, stage)
    const wrong = judge(step, came, stage.script.count > before, stage)
    if (wrong !== undefined) return `step ${at + 1}: ${wrong}`
  }
  return undefined
}
