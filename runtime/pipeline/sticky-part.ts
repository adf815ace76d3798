import type { StickySettings } from '../../sdk/balance.js'
import type { CompiledPolicy, Exchange } from '../../sdk/index.js'
import type { TargetBonds } from '../upstreams/balance/target-bonds.js'
import type { UpstreamPool } from '../upstreams/target.js'
import type { GatewayExchange } from './exchange.js'
import { parseCookies } from './parse-cookies.js'

const SAME_SITE = { strict: 'Strict', lax: 'Lax', none: 'None' } as const

function attributesOf({ path, sameSite, secure }: StickySettings): string {
  return `; Path=${path}; HttpOnly${secure ? '; Secure' : ''}; SameSite=${SAME_SITE[sameSite]}`
}

/** Takes the gateway's own cookie out of what goes upstream, whatever other steps left of the field. */
function keepFromUpstream(ctx: Exchange, cookie: string): void {
  const exchange = ctx as GatewayExchange
  const edit = exchange.requestEdits?.findLast(({ name }) => name === 'cookie')
  const field = edit ? edit.value : exchange.req.headers.cookie
  if (field === undefined || !field.includes(cookie)) return
  const pairs = field.split(';').filter((pair) => (pair.split('=', 1)[0] as string).trim() !== cookie)
  if (pairs.length === 0) exchange.removeRequestHeader('cookie')
  else exchange.setRequestHeader('cookie', pairs.map((pair) => pair.trim()).join('; '))
}

/** The bond to the target that answered; of a composed response, to the first of this upstream's that did. */
function bondOf({ call }: GatewayExchange, bonds: TargetBonds): string | undefined {
  if (call?.targets) return [...call.targets].map((url) => bonds.of(url)).find((bond) => bond !== undefined)
  return call?.target === undefined ? undefined : bonds.of(call.target)
}

/** Keeps clients with their targets by a cookie; undefined where the upstream is not sticky. */
export function stickyPart({ bonds }: UpstreamPool): CompiledPolicy | undefined {
  if (!bonds) return undefined
  const { settings } = bonds
  const { cookie, maxAge } = settings
  const attributes = attributesOf(settings)
  const age = maxAge === undefined ? '' : `; Max-Age=${Math.max(1, Math.round(maxAge / 1_000))}`
  return {
    request: (ctx) => keepFromUpstream(ctx, cookie),
    response(ctx) {
      const exchange = ctx as GatewayExchange
      const given = parseCookies(exchange.req.headers.cookie)[cookie]
      // A client whose target is gone for good may begin anew with its next request.
      if (exchange.problem === 'NO_HEALTHY_TARGET' && given !== undefined && !bonds.target(given))
        exchange.addResponseHeader('set-cookie', `${cookie}=; Max-Age=0${attributes}`)
      const bond = exchange.problem === undefined ? bondOf(exchange, bonds) : undefined
      if (bond !== undefined && bond !== given) exchange.addResponseHeader('set-cookie', `${cookie}=${bond}${age}${attributes}`)
    },
  }
}
