import type { Stamp } from '../stamp.js'

/**
 * A place in the config while it is being resolved. Its paths are put together only when they are asked for: a place is
 * made for every part of every route, and an issue is rare.
 */
export class Place {
  /** The nearest call that says where it was written. */
  readonly stamp: Stamp
  readonly #outer: Place | undefined
  readonly #keys: readonly PropertyKey[]

  constructor(stamp: Stamp, outer?: Place, keys: readonly PropertyKey[] = []) {
    this.stamp = stamp
    this.#outer = outer
    this.#keys = keys
  }

  /** The path from the root of the config. */
  get path(): readonly PropertyKey[] {
    return this.#outer ? [...this.#outer.path, ...this.#keys] : this.#keys
  }

  /** The path from the options of the nearest stamped call. */
  get local(): readonly PropertyKey[] {
    return this.#outer?.stamp === this.stamp ? [...this.#outer.local, ...this.#keys] : this.#keys
  }
}

/** The place of a property of `place`. */
export function inside(place: Place, ...keys: readonly PropertyKey[]): Place {
  return new Place(place.stamp, place, keys)
}

/** The same config path, counted from another stamped call. */
export function stamped(place: Place, stamp: Stamp): Place {
  return new Place(stamp, place)
}
