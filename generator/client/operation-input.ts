import type { Member } from './object-members.js'
import type { ClientOperation, ClientParameter } from './operation.js'
import { printMembers } from './print-type.js'
import { quoteMember } from './quote.js'
import type { TypeScope } from './type-scope.js'

/** One part of an operation's input. */
export interface InputPart {
  readonly name: 'params' | 'query' | 'headers' | 'body'
  readonly required: boolean
  readonly type: string
}

const PARAMETER_PARTS = [
  ['params', 'path'],
  ['query', 'query'],
  ['headers', 'header'],
] as const

function printParameters(parameters: readonly ClientParameter[], scope: TypeScope): string {
  const members = parameters.map(({ name, in: place, required, schema, doc }): Member => {
    const printed = scope.type(schema, '    ')
    const type = printed === 'unknown' ? (place === 'query' ? scope.use('QueryValue') : 'string | number | boolean') : printed
    // An optional parameter may be given as undefined: it is left out then.
    return { key: quoteMember(name) + (required ? '' : '?'), type: required ? type : `${type} | undefined`, doc }
  })
  return printMembers(members, '  ')
}

function printBody(operation: ClientOperation, scope: TypeScope): string {
  const { media = 'application/json', schema } = operation.body ?? { schema: true }
  if (/^application\/([^;]+\+)?json\b/i.test(media)) return scope.type(schema, '  ')
  return /^text\//i.test(media) ? 'string' : scope.use('RawBody')
}

/** Whether an operation cannot be called without an input. */
export function needsInput(operation: ClientOperation): boolean {
  return operation.body?.required === true || operation.parameters.some((parameter) => parameter.required)
}

/** The parts that an operation's input has, as text. */
export function inputParts(operation: ClientOperation, scope: TypeScope): readonly InputPart[] {
  const parts = PARAMETER_PARTS.flatMap(([name, place]): InputPart[] => {
    const parameters = operation.parameters.filter((parameter) => parameter.in === place)
    if (parameters.length === 0) return []
    return [{ name, required: parameters.some(({ required }) => required), type: printParameters(parameters, scope) }]
  })
  if (!operation.body) return parts
  return [...parts, { name: 'body', required: operation.body.required, type: printBody(operation, scope) }]
}
