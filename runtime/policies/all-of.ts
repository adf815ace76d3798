import type { ResolvedAuth } from '../../sdk/index.js'
import type { AllOfSettings } from '../../sdk/policies/all-of.js'
import { authenticatorsOf } from './authenticate-by.js'
import type { Alternative, Combination, CompileAuth, CompileContext } from './compiler.js'

type Compiled = readonly [name: string, alternatives: readonly Alternative[]]

/** One choice for every part; what each part found is put under its name. */
function combine(choices: readonly (readonly [string, Alternative])[]): Combination {
  const parts = choices.map(([name, alternative]) => ({ name, alternative, size: authenticatorsOf(alternative).length }))
  return {
    all: choices.flatMap(([, alternative]) => authenticatorsOf(alternative)),
    assemble(values) {
      let from = 0
      const found: Record<string, unknown> = { kind: 'allOf' }
      for (const { name, alternative, size } of parts) {
        found[name] = 'all' in alternative ? alternative.assemble(values.slice(from, from + size)) : values[from]
        from += size
      }
      return Object.freeze(found)
    },
  }
}

/** Makes the compiler of `all-of`: every choice of one alternative of each part, each part compiled by `compilePart`. */
export function compileAllOf(compilePart: (part: ResolvedAuth, context: CompileContext) => readonly Alternative[]): CompileAuth<'all-of'> {
  return (settings, context, auth) => {
    const names = Object.keys((settings as AllOfSettings).auths)
    const parts = auth.parts.map((part, index): Compiled => [names[index] as string, compilePart(part, context)])
    const choices = parts.reduce<readonly (readonly (readonly [string, Alternative])[])[]>(
      (all, [name, alternatives]) => all.flatMap((chosen) => alternatives.map((one) => [...chosen, [name, one] as const])),
      [[]],
    )
    return choices.map(combine)
  }
}
