import type { TargetSettings } from '../../../sdk/target.js'

/** A target as it is configured or found. */
export type FoundTarget = TargetSettings | NamedTarget

/** A target at an address that a name server told. */
export interface NamedTarget extends Exclude<TargetSettings, string> {
  /** The name that `Host` says and certificates are held to; the URL has the address that is connected to. */
  readonly name: string
}

/** What makes a target the same one as before: where it is and by which name it is called. */
export function identityOf(found: FoundTarget): string {
  if (typeof found === 'string') return `${found.replace(/\/+$/, '')}\0`
  return `${found.url.replace(/\/+$/, '')}\0${'name' in found ? found.name : (found.host ?? '')}`
}
