// Loaded before a program: each SIGUSR2 steps its calendar, first an hour ahead, then an hour behind the true time, then back. The steady clock runs on.

const HOUR_MS = 3_600_000
const steps = [HOUR_MS, -HOUR_MS, 0]
const RealDate = Date
let offset = 0

class SteppingDate extends RealDate {
  constructor(...parts) {
    super(...(parts.length > 0 ? parts : [RealDate.now() + offset]))
  }

  static now() {
    return RealDate.now() + offset
  }
}
globalThis.Date = SteppingDate

process.on('SIGUSR2', () => {
  offset = steps.shift() ?? 0
})
