import type { ResolvedAuth } from '../../sdk/index.js'
import type { Authenticator, CompileAuth, CompileContext } from './compiler.js'

/** Makes the compiler of `any-of`: the authenticators of its parts, one after the other, each part compiled by `compilePart`. */
export function compileAnyOf(
  compilePart: (part: ResolvedAuth, context: CompileContext) => readonly Authenticator[],
): CompileAuth<'any-of'> {
  return (_settings, context, auth) => auth.parts.flatMap((part) => compilePart(part, context))
}
