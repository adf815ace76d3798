import { Problem } from '../../sdk/index.js'
import type { CompilePolicy } from './compiler.js'
import { compileWildcard } from './wildcard.js'

function compileAny(patterns: readonly string[]): (value: string) => boolean {
  const tests = patterns.map(compileWildcard)
  return (value) => tests.some((test) => test(value))
}

/** Compiles `userAgents`: `deny` first, then `allow`; an empty value is a matter of `empty` alone. */
export const compileUserAgents: CompilePolicy<'user-agents'> = ({ allow, deny, empty }) => {
  const denied = compileAny(deny)
  const allowed = allow ? compileAny(allow) : () => true
  return {
    request({ headers }) {
      const agent = headers['user-agent'] as string | undefined
      const refused = agent === undefined || agent === '' ? empty === 'deny' : denied(agent) || !allowed(agent)
      if (refused) throw new Problem('CLIENT_NOT_ALLOWED')
    },
  }
}
