import type { ClientOperation, ClientResponse } from './operation.js'
import { referredComponent } from './problem-components.js'
import { quote } from './quote.js'
import type { TypeScope } from './type-scope.js'

function printBody(response: ClientResponse, problems: ReadonlySet<string>, scope: TypeScope): string {
  if (response.reader === 'text') return 'string'
  if (response.reader === 'blob') return 'Blob'
  if (response.reader === 'empty') return 'undefined'
  if (response.reader === 'any') return 'unknown'
  const type = scope.type(response.schema, '  ')
  const component = referredComponent(response.schema)
  const typed = response.codes.length > 0 && component !== undefined && problems.has(component)
  return typed ? `${type}<${response.codes.map(quote).join(' | ')}>` : type
}

/** The statuses that a response with an open status stands for: those of its classes that no other response names. */
function printOpenStatus(status: number, success: boolean, declared: readonly number[], scope: TypeScope): string | undefined {
  const own = status === 0 ? [2, 3, 4, 5].filter((digit) => !declared.includes(digit)) : [status]
  const classes = own.filter((digit) => (digit === 2) === success)
  if (classes.length === 0) return undefined
  const type = `${scope.use('StatusClass')}<${classes.join(' | ')}>`
  const exact = [...new Set(declared)].filter((other) => classes.includes(Math.floor(other / 100)))
  return exact.length === 0 ? type : `Exclude<${type}, ${exact.join(' | ')}>`
}

function printResponse(response: ClientResponse, declared: readonly number[], problems: ReadonlySet<string>, scope: TypeScope): string[] {
  const body = printBody(response, problems, scope)
  return [true, false].flatMap((success) => {
    const exact = (response.status >= 200 && response.status < 300) === success ? String(response.status) : undefined
    const status = response.status > 5 ? exact : printOpenStatus(response.status, success, declared, scope)
    return status === undefined ? [] : [`${scope.use(success ? 'Success' : 'Failure')}<${status}, ${body}>`]
  })
}

/** Prints the union of everything that a call of an operation can come to. */
export function printResult(operation: ClientOperation, problems: ReadonlySet<string>, scope: TypeScope): string {
  const declared = operation.responses.map((response) => response.status)
  const answers = operation.responses.flatMap((response) => printResponse(response, declared, problems, scope))
  return [...answers, scope.use('NoAnswer')].join('\n  | ')
}
