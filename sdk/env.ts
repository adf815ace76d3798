import { z } from 'zod'
import { STAMP, type Stamp, stampOf } from './stamp.js'
import type { Out, Schema } from './types.js'

const MARK = '\u0000env:'

/** Stands where a variable's value would be when it is missing or invalid; load finds it and reports it. */
export interface EnvFailure {
  readonly '~env': string
  readonly message: string
  readonly [STAMP]: Stamp
  toString(): string
}

/** True for the stand-in that {@link env} leaves for a missing or invalid variable. */
export function isEnvFailure(value: unknown): value is EnvFailure {
  return typeof value === 'object' && value !== null && '~env' in value
}

/** What is wrong with a variable that was interpolated into a string, if any is. */
export function envFailureIn(text: string): string | undefined {
  const start = text.indexOf(MARK)
  return start < 0 ? undefined : text.slice(start + MARK.length, text.indexOf('\u0000', start + MARK.length))
}

function failure(name: string, message: string): EnvFailure {
  return Object.freeze({ '~env': name, message, [STAMP]: stampOf(env), toString: () => `${MARK}${message}\u0000` })
}

/**
 * Reads an environment variable, parsed by `schema` (default: a non-empty string).
 * A missing or invalid one does not throw here: loading the gateway reports it with every other issue.
 */
export function env(name: string): string
export function env<S extends Schema>(name: string, schema: S): Out<S>
export function env(name: string, schema?: Schema): unknown {
  const text = process.env[name]
  const parsed = z.safeParse((schema ?? z.string().min(1)) as z.core.$ZodType, text)
  if (parsed.success) return parsed.data
  const reason = parsed.error.issues[0]?.message ?? 'is invalid'
  return failure(
    name,
    text === undefined ? `environment variable ${name} is not set` : `environment variable ${name} is invalid: ${reason}`,
  )
}
