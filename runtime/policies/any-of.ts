import type { ResolvedAuth } from '../../sdk/index.js'
import type { Alternative, CompileAuth, CompileContext } from './compiler.js'

/** Makes the compiler of `any-of`: the alternatives of its parts, one after the other, each part compiled by `compilePart`. */
export function compileAnyOf(compilePart: (part: ResolvedAuth, context: CompileContext) => readonly Alternative[]): CompileAuth<'any-of'> {
  return (_settings, context, auth) => auth.parts.flatMap((part) => compilePart(part, context))
}
