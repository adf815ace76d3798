import { type Exchange, Problem, type ProblemCode } from '../../sdk/index.js'
import type { LimitDecision, LimitDecisions } from '../stores/limit-store.js'
import type { LimitText } from './compile-meter.js'
import { seconds } from './limit-label.js'

/** What is told of every decision of a limit. */
export interface LimitAnswer {
  /** The limiter's name in `use`. */
  readonly key: string
  readonly policy: string
  readonly texts: readonly LimitText[]
  readonly legacyHeaders: boolean
  readonly code: Extract<ProblemCode, 'RATE_LIMITED' | 'QUOTA_EXCEEDED'>
  /** Called when the request is refused. */
  readonly onRefused: () => void
}

const stateOf = ({ label }: LimitText, { remaining, resetMs }: LimitDecision): string => `${label};r=${remaining};t=${seconds(resetMs)}`

function addLegacy(exchange: Exchange, texts: readonly LimitText[], decisions: LimitDecisions): void {
  let tightest = 0
  for (let index = 1; index < decisions.length; index += 1)
    if ((decisions[index] as LimitDecision).remaining < (decisions[tightest] as LimitDecision).remaining) tightest = index
  const { remaining, resetMs } = decisions[tightest] as LimitDecision
  exchange.setResponseHeader('x-ratelimit-limit', String((texts[tightest] as LimitText).count))
  exchange.setResponseHeader('x-ratelimit-remaining', String(remaining))
  exchange.setResponseHeader('x-ratelimit-reset', String(seconds(resetMs)))
}

function refusal({ texts, code }: LimitAnswer, decisions: LimitDecisions): Problem {
  const violated = texts.filter((_, index) => !(decisions[index] as LimitDecision).admitted)
  const retryMs = decisions.reduce((longest, one) => Math.max(longest, one.retryMs), 0)
  const headers = ['Retry-After', String(Math.max(1, seconds(retryMs)))]
  const detail = violated.map((text) => text.detail).join(' ')
  return new Problem(code, { detail, headers, extensions: { 'violated-policies': violated.map(({ name }) => name) } })
}

/** Tells the caller what was decided; throws if that was a refusal. */
export function answerLimit(exchange: Exchange, answer: LimitAnswer, decisions: LimitDecisions): void {
  const { key, policy, texts, legacyHeaders } = answer
  exchange.addResponseHeader('ratelimit-policy', policy)
  let state = ''
  let remaining = Number.POSITIVE_INFINITY
  let admitted = true
  for (let index = 0; index < decisions.length; index += 1) {
    const decision = decisions[index] as LimitDecision
    state += `${index === 0 ? '' : ', '}${stateOf(texts[index] as LimitText, decision)}`
    if (decision.remaining < remaining) remaining = decision.remaining
    if (!decision.admitted) admitted = false
  }
  exchange.addResponseHeader('ratelimit', state)
  if (legacyHeaders) addLegacy(exchange, texts, decisions)
  exchange.give(key, { remaining })
  if (admitted) return
  answer.onRefused()
  throw refusal(answer, decisions)
}
