/** The first release of each supported line with the security fixes of June 2026, by major version. */
const FIXED_SINCE: ReadonlyMap<number, number> = new Map([
  [22, 23],
  [24, 17],
  [26, 3],
])

/** What to say at start about a Node release without current security fixes; undefined for one that has them. */
export function nodeVersionWarning(version: string): string | undefined {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const newest = Math.max(...FIXED_SINCE.keys())
  if (major > newest) return undefined
  const since = FIXED_SINCE.get(major)
  if (since === undefined) return `Node ${version} no longer gets security fixes; run Node 24 or newer at the edge`
  return minor >= since ? undefined : `Node ${version} lacks security fixes; update to ${major}.${since} or newer`
}
