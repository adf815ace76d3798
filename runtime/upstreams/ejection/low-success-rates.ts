/** The entries whose success rate lies more than `factor` standard deviations below the mean of all. */
export function lowSuccessRates<E extends { readonly total: number; readonly successes: number }>(
  compared: readonly E[],
  factor: number,
): E[] {
  const rateOf = ({ successes, total }: E) => successes / total
  const mean = compared.reduce((sum, entry) => sum + rateOf(entry), 0) / compared.length
  const variance = compared.reduce((sum, entry) => sum + (rateOf(entry) - mean) ** 2, 0) / compared.length
  const least = mean - factor * Math.sqrt(variance)
  return compared.filter((entry) => rateOf(entry) < least)
}
