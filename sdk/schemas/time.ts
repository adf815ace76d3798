import { z } from 'zod'

/** A time of day on a 24-hour clock, such as `'08:30'`; `'24:00'` is the end of the day. */
export type TimeOfDay = `${number}:${number}`

/** A point in time with its offset (RFC 3339), such as `'2026-12-01T02:00:00Z'` or `'2026-12-01T03:00+01:00'`. */
export type Instant = `${number}-${number}-${number}T${string}`

/** Parses a {@link TimeOfDay} to minutes since midnight. */
export const timeOfDay = z
  .string()
  .regex(/^(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)$/, 'expected a time of day such as "08:30"')
  .transform((text) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3)))

/** Parses an {@link Instant} to milliseconds since 1970. */
export const instant = z.iso
  .datetime({ offset: true, error: 'expected a time with its offset such as "2026-12-01T02:00:00Z"' })
  .transform((text) => Date.parse(text))

/** A day of the calendar, such as `'2026-12-01'`. */
export type Day = `${number}-${number}-${number}`

/** Parses an {@link Instant}, or a {@link Day} as its start in UTC, to milliseconds since 1970. */
export const moment = z
  .union(
    [z.iso.date(), z.iso.datetime({ offset: true })],
    'expected a day such as "2026-12-01", or a time with its offset such as "2026-12-01T02:00:00Z"',
  )
  .transform((text) => Date.parse(text))

/** Parses a time from `start` until before `end`. */
export const period = z
  .strictObject({
    /** When it begins, with its offset, such as `2026-12-01T02:00:00+01:00`. */
    start: instant,
    /** When it is over. */
    end: instant,
  })
  .refine(({ start, end }) => start < end, { path: ['end'], message: 'expected an end after the start' })

/** A parsed {@link period}, in milliseconds since 1970. */
export type PeriodSettings = z.output<typeof period>
