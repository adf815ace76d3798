import { fileURLToPath } from 'node:url'
import type { SourcePosition } from '../../sdk/config-error.js'

/** Splits `at name (place)` and `at place`; V8 writes both, and `async` before either. */
function placeOf(line: string): string | undefined {
  const frame = /^\s+at (?:async )?(.+)$/.exec(line)?.[1]
  if (frame === undefined) return undefined
  const open = frame.indexOf(' (')
  return frame.endsWith(')') && open >= 0 ? frame.slice(open + 2, -1) : frame
}

function positionOf(line: string): SourcePosition | undefined {
  const match = /^(.+):(\d+):(\d+)$/.exec(placeOf(line) ?? '')
  const place = match?.[1]
  if (!match || place === undefined || place.startsWith('node:') || place.startsWith('<')) return undefined
  const file = place.startsWith('file:') ? fileURLToPath(place.replace(/[?#].*$/, '')) : place
  return { file, line: Number(match[2]), column: Number(match[3]) }
}

/** The places in files that an error's stack names, innermost first; frames of Node itself are left out. */
export function stackFrames(stack: string | undefined): readonly SourcePosition[] {
  return (stack ?? '').split('\n').flatMap((line) => positionOf(line) ?? [])
}
