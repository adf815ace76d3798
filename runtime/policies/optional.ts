import type { ResolvedAuth } from '../../sdk/index.js'
import type { Alternative, CompileAuth, CompileContext } from './compiler.js'

/** Makes the compiler of `optional`: the alternatives of its auth; that none may be there is for the step to know. */
export function compileOptional(
  compilePart: (part: ResolvedAuth, context: CompileContext) => readonly Alternative[],
): CompileAuth<'optional'> {
  return (_settings, context, auth) => auth.parts.flatMap((part) => compilePart(part, context))
}
