/**
 * Picks a share of a series, spread evenly: of a hundred calls with a share of 0.05, every twentieth. Without chance, what a limit does can
 * be foretold and tested.
 */
export function spread(): (share: number) => boolean {
  let owed = 0
  return (share) => {
    owed += share
    // Sums of parts such as 0.1 fall short of a whole by a rounding error.
    if (owed < 1 - 1e-9) return false
    owed -= 1
    return true
  }
}
