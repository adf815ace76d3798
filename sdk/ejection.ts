import { z } from 'zod'
import { type Mode, mode } from './schemas/mode.js'
import { type Duration, timerDuration } from './schemas/text.js'

const inARow = z.union([z.literal(false), z.int().min(1).max(10_000)])

/** Outlier ejection: takes a target out for a while by how it answers requests; names and defaults are Envoy's. */
export const ejectionSchema = z.strictObject({
  /** Failures in a row that eject: statuses from 500, and requests without a whole response; `false` for none. Default 5. */
  consecutive5xx: inARow.default(5),
  /** As `consecutive5xx`, but of 502, 503, 504 and requests without a whole response only. Default 5. */
  consecutiveGatewayErrors: inARow.default(5),
  /** Ejects targets whose share of successes lies far below that of the others; `false` for none. */
  successRate: z
    .union([
      z.literal(false),
      z.strictObject({
        /** Fewest targets to compare. Default 5. */
        minTargets: z.int().min(2).max(1_000).default(5),
        /** Fewest requests to a target within `interval` for it to be compared. Default 100. */
        requests: z.int().min(1).max(1_000_000).default(100),
        /** How many standard deviations below the mean is too far. Default 1.9. */
        stdevFactor: z.number().min(0.1).max(100).default(1.9),
      }),
    ])
    .prefault({}),
  /** Time between two comparisons of success rates. Default `10s`. */
  interval: timerDuration.prefault('10s'),
  /** How long the first ejection lasts; the n-th lasts n times that. Each `interval` in which a target stays in takes one off. Default `30s`. */
  baseTime: timerDuration.prefault('30s'),
  /** Longest ejection. Default `300s`. */
  maxTime: timerDuration.prefault('300s'),
  /** Added to each ejection, at random up to this. Default `0s`. */
  jitter: timerDuration.prefault('0s'),
  /** Largest share of the targets that is out at a time, in percent; one may always be, all of them never. Default 10. */
  maxShare: z.number().min(0).max(100).default(10),
  /** `enforce` (default) ejects; `shadow` only counts and logs what would be ejected. */
  mode,
})

/** Options of outlier ejection, which takes a target out for a while by how it answers requests. */
export interface EjectionOptions {
  /** Failures in a row that eject: statuses from 500, and requests without a whole response; `false` for none. Default 5. */
  readonly consecutive5xx?: number | false
  /** As `consecutive5xx`, but of 502, 503, 504 and requests without a whole response only. Default 5. */
  readonly consecutiveGatewayErrors?: number | false
  /** Ejects targets whose share of successes lies far below that of the others; `false` for none. */
  readonly successRate?:
    | false
    | {
        /** Fewest targets to compare. Default 5. */
        readonly minTargets?: number
        /** Fewest requests to a target within `interval` for it to be compared. Default 100. */
        readonly requests?: number
        /** How many standard deviations below the mean is too far. Default 1.9. */
        readonly stdevFactor?: number
      }
  /** Time between two comparisons of success rates. Default `10s`. */
  readonly interval?: Duration
  /** How long the first ejection lasts; the n-th lasts n times that. Each `interval` in which a target stays in takes one off. Default `30s`. */
  readonly baseTime?: Duration
  /** Longest ejection. Default `300s`. */
  readonly maxTime?: Duration
  /** Added to each ejection, at random up to this. Default `0s`. */
  readonly jitter?: Duration
  /** Largest share of the targets that is out at a time, in percent; one may always be, all of them never. Default 10. */
  readonly maxShare?: number
  /** `enforce` (default) ejects; `shadow` only counts and logs what would be ejected. */
  readonly mode?: Mode
}

/** Parsed {@link EjectionOptions}; times in milliseconds. */
export type EjectionSettings = z.output<typeof ejectionSchema>
