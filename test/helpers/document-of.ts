import { defineGateway, type GatewayOptions, type ResolvedGateway, resolveGateway, upstream } from 'gatewright'
import { type EmitOpenApiOptions, emitOpenApi } from 'gatewright/generator'

/** An upstream for routes of which only the outside matters. */
export const anyUpstream = upstream('behind', { targets: ['http://127.0.0.1:1'] })

/** Resolves a gateway of these routes. */
export function gatewayOf(routes: GatewayOptions['routes'], more: Partial<GatewayOptions> = {}): ResolvedGateway {
  return resolveGateway(defineGateway({ info: { title: 'Test', version: '1.0.0' }, routes, ...more }))
}

/** The document of a gateway of these routes, loosely typed. */
export function documentOf(routes: GatewayOptions['routes'], more: Partial<GatewayOptions> = {}, options: EmitOpenApiOptions = {}): any {
  return JSON.parse(emitOpenApi(gatewayOf(routes, more), options).json)
}
