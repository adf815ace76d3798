/**
 * The wait before a retry, in milliseconds: full jitter over `base` doubled with each retry before, up to `max`.
 * @param random a number from 0 up to 1
 */
export function backoff({ base, max }: { readonly base: number; readonly max: number }, retries: number, random: number): number {
  return Math.floor(random * (Math.min(max, base * 2 ** retries) + 1))
}
