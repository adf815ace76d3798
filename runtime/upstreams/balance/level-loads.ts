/** How many targets of one priority there are, and how many of them are usable. */
export interface LevelHealth {
  readonly total: number
  readonly usable: number
}

/** What one priority gets. */
export interface LevelLoad {
  /** Its share of the requests: 0 to 100. */
  readonly load: number
  /** True where its requests go to all of its targets, the unhealthy ones too. */
  readonly panic: boolean
}

/**
 * Shares requests out to priorities by Envoy's rule: each takes what its usable share of targets, times `overprovisioning`,
 * says that it can, the first priority first. Where that leaves requests over, priorities with less than `panic` percent usable
 * use all of their targets; and where every one does, they share by their numbers of targets.
 */
export function levelLoads(levels: readonly LevelHealth[], overprovisioning: number, panic: number): readonly LevelLoad[] {
  const healths = levels.map(({ total, usable }) => Math.min(100, (100 * overprovisioning * usable) / total))
  const sum = Math.min(
    100,
    healths.reduce((before, health) => before + health, 0),
  )
  const panics = levels.map(({ total, usable }) => sum < 100 && (100 * usable) / total < panic)
  if (levels.length > 0 && panics.every(Boolean)) {
    const targets = levels.reduce((before, { total }) => before + total, 0)
    return levels.map(({ total }) => ({ load: (100 * total) / targets, panic: true }))
  }
  let left = sum === 0 ? 0 : 100
  return healths.map((health, index) => {
    const load = Math.min(left, (health * 100) / sum)
    left -= load
    return { load: sum === 0 ? 0 : load, panic: panics[index] as boolean }
  })
}
