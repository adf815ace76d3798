import type { FoundTarget } from './found-target.js'

/** Told what a feed finds. */
export interface FeedSink {
  /** Takes the whole list, which is good. */
  found(targets: readonly FoundTarget[]): void
  /** Takes what stood in the way of a list. */
  failed(reason: string): void
}

/** What a feed needs of its surroundings. */
export interface FeedDeps {
  /** Numbers from 0 up to 1, for jitter. */
  readonly random: () => number
}

/** Something that finds the targets of an upstream, from `start` on. */
export interface Feed {
  start(sink: FeedSink): void
  close(): void
}

/** First and longest wait until a feed that failed is tried again; milliseconds. */
const FIRST_MS = 1_000
const LONGEST_MS = 30_000

/** The wait after so many failures in a row, at most `longest`; up to a tenth shorter, so that many gateways do not ask in step. */
export function waitAfter(failures: number, longest: number, random: () => number): number {
  return Math.min(FIRST_MS * 2 ** Math.min(failures - 1, 10), longest, LONGEST_MS) * (1 - 0.1 * random())
}

/** What is wrong, in a word or a line; an error's code says it best. */
export function reasonOf(error: unknown): string {
  const { code, message } = error instanceof Error ? (error as NodeJS.ErrnoException) : { code: undefined, message: String(error) }
  return code ?? message.slice(0, 200)
}
