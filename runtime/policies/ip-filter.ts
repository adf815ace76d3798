import { Problem } from '../../sdk/index.js'
import { compileNetworks } from '../edge/network-list.js'
import type { CompilePolicy } from './compiler.js'

/** Compiles `ipFilter`: `deny` first, then `allow`. */
export const compileIpFilter: CompilePolicy<'ip-filter'> = ({ allow, deny }) => {
  const denied = compileNetworks(deny)
  const allowed = allow ? compileNetworks(allow) : () => true
  return {
    request({ ip }) {
      if (denied(ip) || !allowed(ip)) throw new Problem('ADDRESS_NOT_ALLOWED')
    },
  }
}
