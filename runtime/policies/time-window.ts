import { Problem } from '../../sdk/index.js'
import { DAYS, type TimeWindowSettings } from '../../sdk/policies/time-window.js'
import type { CompilePolicy } from './compiler.js'

const MINUTE_MS = 60_000

/** Tells the day of the week, as its place in {@link DAYS}, and the minute of the day in a time zone. */
function compileLocalTime(timeZone: string): (wall: number) => { readonly day: number; readonly minute: number } {
  const format = new Intl.DateTimeFormat('en-US', { timeZone, weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
  return (wall) => {
    const parts = new Map(format.formatToParts(wall).map(({ type, value }) => [type, value]))
    const day = DAYS.indexOf((parts.get('weekday') ?? '').toLowerCase() as (typeof DAYS)[number])
    return { day, minute: Number(parts.get('hour')) * 60 + Number(parts.get('minute')) }
  }
}

function compileOpen({ days, from, to, timeZone }: TimeWindowSettings): (wall: number) => boolean {
  const localTime = compileLocalTime(timeZone)
  const open = new Set<string>(days)
  const isOpen = (day: number) => open.has(DAYS[(day + 7) % 7] as string)
  return (wall) => {
    const { day, minute } = localTime(wall)
    if (from < to) return isOpen(day) && minute >= from && minute < to
    return (isOpen(day) && minute >= from) || (isOpen(day - 1) && minute < to)
  }
}

const clockText = (minutes: number) => `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`

/** Compiles `timeWindow`; the calendar is read once a minute, since asking `Intl` costs more than the rest of a request's steps. */
export const compileTimeWindow: CompilePolicy<'time-window'> = (settings, { services: { clock } }) => {
  const openAt = compileOpen(settings)
  const detail = `Permitted on ${settings.days.join(', ')} from ${clockText(settings.from)} to ${clockText(settings.to)} (${settings.timeZone}).`
  let minute = Number.NaN
  let open = false
  return {
    request() {
      const now = Math.floor(clock.wall() / MINUTE_MS)
      if (now !== minute) {
        minute = now
        open = openAt(now * MINUTE_MS)
      }
      if (!open) throw new Problem('OUTSIDE_HOURS', { detail })
    },
  }
}
