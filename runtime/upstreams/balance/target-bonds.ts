import { createHmac, randomBytes } from 'node:crypto'
import type { StickySettings } from '../../../sdk/balance.js'
import type { Target } from '../target.js'

/** Bytes of a bond: enough that none is met by chance. */
const BOND_BYTES = 16

/** What affinity cookies say: a keyed hash for each target, from which nobody learns its address. */
export class TargetBonds {
  readonly settings: StickySettings
  readonly #upstream: string
  readonly #secret: string | Buffer
  readonly #targets = new Map<string, Target>()
  readonly #bonds = new Map<string, string>()

  constructor(upstream: string, settings: StickySettings) {
    this.settings = settings
    this.#upstream = upstream
    this.#secret = settings.secret ?? randomBytes(32)
  }

  /** Takes over who is there. */
  refresh(members: readonly Target[]): void {
    const urls = new Set(members.map(({ url }) => url))
    for (const [bond, { url }] of this.#targets) if (!urls.has(url)) this.#targets.delete(bond)
    for (const url of this.#bonds.keys()) if (!urls.has(url)) this.#bonds.delete(url)
    for (const target of members) {
      const bond = this.#bonds.get(target.url) ?? this.#hash(target.url)
      this.#bonds.set(target.url, bond)
      this.#targets.set(bond, target)
    }
  }

  /** The bond to the target at a URL. */
  of(url: string): string | undefined {
    return this.#bonds.get(url)
  }

  /** The target that a bond names; undefined where it is none of this upstream's. */
  target(bond: string): Target | undefined {
    return this.#targets.get(bond)
  }

  #hash(url: string): string {
    return createHmac('sha256', this.#secret).update(`${this.#upstream}\0${url}`).digest().subarray(0, BOND_BYTES).toString('base64url')
  }
}
