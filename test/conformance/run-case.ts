import { type Case, NotApplicable, type Subject } from './case.js'
import type { OpenStage } from './stage.js'

/** What came of a case on one subject. */
export type Outcome =
  | { readonly kind: 'passed' }
  | { readonly kind: 'failed'; readonly reason: string }
  | { readonly kind: 'explained'; readonly reason: string }
  | { readonly kind: 'not-applicable'; readonly reason: string }

/** Longest that one case may take before it counts as failed. */
const LIMIT_MS = 60_000

async function failureOf(one: Case, stage: OpenStage): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`still running after ${LIMIT_MS} ms`)), LIMIT_MS)
  })
  try {
    await stage.run((open) => Promise.race([one.run(open), late]))
    return undefined
  } catch (error) {
    return error
  } finally {
    clearTimeout(timer)
  }
}

/** Runs one case. A case with an exception must fail: one that has come to pass is reported, so that its excuse goes. */
export async function runCase(one: Case, subject: Subject, stage: OpenStage): Promise<Outcome> {
  const reason = one.notApplicable?.[subject]
  if (reason !== undefined) return { kind: 'not-applicable', reason }
  const failure = await failureOf(one, stage)
  if (failure instanceof NotApplicable) return { kind: 'not-applicable', reason: failure.message }
  const excuse = one.exception?.[subject]
  if (failure === undefined)
    return excuse === undefined ? { kind: 'passed' } : { kind: 'failed', reason: `passes now; its exception is void: ${excuse}` }
  if (excuse !== undefined) return { kind: 'explained', reason: excuse }
  return { kind: 'failed', reason: failure instanceof Error ? failure.message : String(failure) }
}
