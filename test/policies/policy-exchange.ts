import { EventEmitter } from 'node:events'
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import { pino } from 'pino'
import { systemClock } from '../../runtime/clock.js'
import { GatewayExchange } from '../../runtime/pipeline/exchange.js'
import type { CompileContext } from '../../runtime/policies/compiler.js'
import type { Services } from '../../runtime/services.js'

/** An exchange as the pipeline makes it, without a socket. */
export function policyExchange(headers: IncomingHttpHeaders = {}, method = 'GET'): GatewayExchange {
  const req = { method, headers } as IncomingMessage
  return new GatewayExchange(req, new EventEmitter() as ServerResponse, '/orders', '', '192.0.2.7', 'req-1', 0)
}

/** Header lines after an exchange's edits, on top of `given`: the meaning that the pipeline gives to edits. */
export function edited(
  given: readonly (readonly [string, string])[],
  edits: GatewayExchange['responseEdits'],
): readonly (readonly [string, string])[] {
  return (edits ?? []).reduce<readonly (readonly [string, string])[]>((lines, { name, value, add }) => {
    const kept = add ? lines : lines.filter(([other]) => other !== name)
    return value === undefined ? kept : [...kept, [name, value]]
  }, given)
}

/** A log line as pino writes it. */
export interface LogLine {
  readonly level: number
  readonly msg: string
  readonly [field: string]: unknown
}

/** A compile context whose log lines are kept; the rest of the services must not be needed. */
export function compileContext(): { context: CompileContext; lines: LogLine[] } {
  const lines: LogLine[] = []
  const log = pino({ level: 'debug' }, { write: (line: string) => void lines.push(JSON.parse(line) as LogLine) })
  const services = { clock: systemClock, log } as unknown as Services
  return { context: { key: 'policy', identity: 'use.policy', services }, lines }
}
