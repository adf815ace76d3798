/** Lateness of a timer beyond which the process was held, and not the target late; milliseconds. */
const HELD_MS = 50

/**
 * A signal that aborts after `ms` milliseconds. Where the process could not run meanwhile, it aborts later by as much, once: an
 * answer that came while nobody could hear it must not look like none.
 */
export function probeDeadline(ms: number): { readonly signal: AbortSignal; stop(): void } {
  const controller = new AbortController()
  const due = performance.now() + ms
  const abort = () => controller.abort()
  const look = () => {
    const late = performance.now() - due
    if (late < HELD_MS) abort()
    else timer = setTimeout(abort, late).unref()
  }
  let timer = setTimeout(look, ms).unref()
  return { signal: controller.signal, stop: () => clearTimeout(timer) }
}
