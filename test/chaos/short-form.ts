/** The rows that take little time and show each mechanism at work, by their fault. */
const SHORT: Readonly<Record<string, readonly string[]>> = {
  reset: ['nothing', 'defaults'],
  'one target always answers 503': ['nothing', 'retry and ejection'],
  'every target always answers 503': ['retry without a budget', 'retry and breaker'],
  'every target is slow': ['breaker by slow calls'],
  'black hole': ['open', 'closed', 'local'],
  cut: ['downloads', 'uploads'],
}

/** True for a row of the short form. */
export function isShort(fault: string, mechanism: string): boolean {
  return SHORT[fault]?.includes(mechanism) ?? false
}
