import {
  ConfigError,
  type ConfigIssue,
  defineGateway,
  formatPath,
  type GatewayOptions,
  type ResolvedGateway,
  resolveGateway,
  upstream,
} from 'gatewright'

export const users = upstream('users', { targets: ['http://127.0.0.1:4001'] })

/** Options of a gateway, unchecked, so that a test can write what the compiler would refuse. */
export type Unchecked = Readonly<Record<string, unknown>>

/** Resolves a gateway with `routes`; the rest is the least that is valid, or `more`. */
export function resolveRoutes(routes: unknown, more: Unchecked = {}): ResolvedGateway {
  return resolveGateway(defineGateway({ info: { title: 'T', version: '1' }, routes, ...more } as unknown as GatewayOptions))
}

/** The issues of a gateway with `routes`; empty if it is valid. */
export function issuesOf(routes: unknown, more: Unchecked = {}): readonly ConfigIssue[] {
  try {
    resolveRoutes(routes, more)
    return []
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return error.issues
  }
}

/** Issues as lines: code, path, message. */
export function lines(issues: readonly ConfigIssue[]): string[] {
  return issues.map(({ code, path, message }) => `${code} ${formatPath(path)}: ${message}`)
}
