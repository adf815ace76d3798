import test from 'ava'
import type { DeclaredOperation } from './declared.js'
import { BY_CLIENT, BY_HAND, useUpLimit } from './provocations.js'
import { declaredFor, declaredLines, lineOf, type SeenResponse, undeclaredIn } from './seen.js'
import { openStage, type Stage } from './stage.js'

const having = ({ operations }: Stage, code: string): DeclaredOperation[] =>
  operations.filter(({ responses }) => [...responses.values()].some(({ codes }) => codes.includes(code)))

/** Calls each operation once for every response that it declares without a problem of the gateway’s. */
async function callForStatuses(stage: Stage): Promise<void> {
  const orders = stage.operations.flatMap(({ id, responses }) =>
    [...responses].flatMap(([status, { codes }]) => (codes.length > 0 ? [] : [{ id, answer: status === 'default' ? '418' : status }])),
  )
  await Promise.all(orders.map(({ id, answer }) => stage.call(id, { answer })))
}

/** The acts, in the only order that they allow: the issuer is down at first, the upstreams in the end. */
async function play(stage: Stage): Promise<void> {
  for (const { id } of having(stage, 'AUTH_UNAVAILABLE')) await stage.call(id)
  stage.issuer.mood = 'well'
  await waitForKeys(stage)
  await callForStatuses(stage)
  await stage.call('books.remove', { credentials: stage.partner })
  await useUpLimit(stage)
  for (const [code, provoke] of Object.entries(BY_CLIENT)) await Promise.all(having(stage, code).map((one) => provoke(stage, one)))
  for (const [code, { provoke }] of Object.entries(BY_HAND)) await Promise.all(having(stage, code).map((one) => provoke(stage, one)))
  await stage.closeUpstreams()
  for (const code of ['UPSTREAM_UNREACHABLE', 'NO_HEALTHY_TARGET']) for (const { id } of having(stage, code)) await stage.call(id)
}

/** Does what the 503 asks for: waits as long as its `Retry-After` says, and calls again. */
async function waitForKeys(stage: Stage): Promise<void> {
  for (;;) {
    const { status, retryAfter } = await stage.call('books.add')
    if (status !== 503) return
    await new Promise((resolve) => setTimeout(resolve, 1_000 * (retryAfter ?? 1)))
  }
}

/** Whether the client handed on what was on the wire, as the document says that it is to be read. */
async function handedOn(seen: SeenResponse, value: unknown): Promise<boolean> {
  if (value instanceof Blob) return Buffer.from(await value.arrayBuffer()).equals(seen.body)
  const text = Buffer.from(seen.body).toString('utf8')
  if (value === undefined) return text === ''
  return text === value || JSON.stringify(JSON.parse(text)) === JSON.stringify(value)
}

test('a client generated from a config meets every response that its document declares, and none that it does not', async (t) => {
  t.timeout(120_000)
  const stage = await openStage(t)
  const operationOf = ({ operation }: SeenResponse) => stage.operations.find(({ id }) => id === operation) as DeclaredOperation
  t.deepEqual(stage.compilation, { 'TypeScript 6': '', 'TypeScript 7': '' }, 'the client and its calls compile strictly')
  await play(stage)

  const declared = stage.operations.flatMap(declaredLines)
  const met = new Set(stage.seen.map((seen) => lineOf(seen, operationOf(seen))))
  t.deepEqual(
    declared.filter((line) => !met.has(line)),
    [],
    'declared, and not reached',
  )
  t.deepEqual(
    [...new Set(stage.seen.flatMap((seen) => undeclaredIn(seen, operationOf(seen), stage.check)))],
    [],
    'answered, and not declared',
  )

  const statuses = new Set(stage.seen.map(({ status }) => status))
  for (const status of [200, 201, 202, 204, 400, 401, 404, 409, 413, 415, 429, 500, 502, 503, 504])
    t.true(statuses.has(status), String(status))

  for (const { seen, result } of stage.results) {
    const where = `${seen.operation} ${seen.status}`
    t.like(result, { ok: seen.status < 300, status: seen.status, kind: undefined }, where)
    t.true(await handedOn(seen, result.ok ? result.data : result.error), where)
    const { headers } = declaredFor(operationOf(seen), seen.status) ?? { headers: new Set() }
    t.is(seen.headers.has('retry-after'), headers.has('retry-after'), where)
  }
  t.log(`${stage.operations.length} operations, ${declared.length} declared responses and problems, ${stage.seen.length} responses seen`)
  for (const [code, { because }] of Object.entries(BY_HAND)) t.log(`${code} was sent by hand: ${because}`)
})
