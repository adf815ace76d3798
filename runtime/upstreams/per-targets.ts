import type { Target, UpstreamPool } from './target.js'

/** What is made of an upstream's targets, made anew where they came or went. */
export function perTargets<T>(pool: UpstreamPool, make: (targets: readonly Target[]) => T): () => T {
  let targets = pool.serving
  let made = make(targets)
  return () => {
    if (pool.serving !== targets) {
      targets = pool.serving
      made = make(targets)
    }
    return made
  }
}
