import { z } from 'zod'
import { type Duration, timerDuration } from './schemas/text.js'
import { isZodSchema } from './schemas/values.js'
import type { Schema } from './types.js'

/** Active health checks: probes that the gateway sends by itself. */
export const healthSchema = z
  .strictObject({
    /** `http` (default): a GET; `tcp`: a connection, TLS included, is enough. */
    type: z.enum(['http', 'tcp']).default('http'),
    /** Path of the GET probe, from the root of the target's origin; needed with `http`. */
    path: z
      .string()
      .regex(/^\/[^\s#]*$/, 'expected a path that starts with "/"')
      .optional(),
    /** Time between probes of one target. Default `5s`. */
    interval: timerDuration.prefault('5s'),
    /** Time between probes of a target that is unhealthy. Default: `interval`. */
    unhealthyInterval: timerDuration.optional(),
    /** How far the time between probes differs at random, in percent, so that many gateways do not probe in step. Default 10. */
    jitter: z.number().min(0).max(100).default(10),
    /** Longest wait for a probe's response. Default `2s`. */
    timeout: timerDuration.prefault('2s'),
    /** Statuses that count as healthy. Default `[200, 204]`. */
    statuses: z.array(z.int().min(100).max(599)).min(1).default([200, 204]),
    /** What the JSON of a healthy answer matches, such as `z.object({ status: z.literal('ok') })`; at most 64 KiB of it. With `http` only. */
    body: z.custom<Schema>(isZodSchema, 'expected a zod schema').optional(),
    /** Successes in a row that bring a target back. Default 2. */
    rise: z.int().min(1).max(100).default(2),
    /** Failures in a row that take a target out. Default 3. A refused connection counts at once. */
    fall: z.int().min(1).max(100).default(3),
  })
  .superRefine(({ type, path, body }, ctx) => {
    if (type === 'http' && path === undefined)
      ctx.addIssue({ code: 'custom', path: ['path'], message: 'missing; a probe by HTTP asks for a path' })
    if (type === 'tcp' && path !== undefined)
      ctx.addIssue({ code: 'custom', path: ['path'], message: 'a probe by TCP only connects and asks for no path' })
    if (type === 'tcp' && body !== undefined)
      ctx.addIssue({ code: 'custom', path: ['body'], message: 'a probe by TCP only connects and reads no body' })
  })

/** What probes of every type have. */
interface ProbeOptions {
  /** Time between probes of one target. Default `5s`. */
  readonly interval?: Duration
  /** Time between probes of a target that is unhealthy. Default: `interval`. */
  readonly unhealthyInterval?: Duration
  /** How far the time between probes differs at random, in percent, so that many gateways do not probe in step. Default 10. */
  readonly jitter?: number
  /** Longest wait for a probe's response. Default `2s`. */
  readonly timeout?: Duration
  /** Successes in a row that bring a target back. Default 2. */
  readonly rise?: number
  /** Failures in a row that take a target out. Default 3. */
  readonly fall?: number
}

interface HttpProbeOptions extends ProbeOptions {
  /** `http` (default): a GET; `tcp`: a connection, TLS included, is enough. */
  readonly type?: 'http'
  /** Path of the GET probe, from the root of the target's origin. */
  readonly path: string
  /** Statuses that count as healthy. Default `[200, 204]`. */
  readonly statuses?: readonly number[]
  /** What the JSON of a healthy answer matches, such as `z.object({ status: z.literal('ok') })`; at most 64 KiB of it. */
  readonly body?: Schema
}

interface TcpProbeOptions extends ProbeOptions {
  /** A connection, TLS included, is enough. */
  readonly type: 'tcp'
}

/** Active health checks: a GET of `path`, or with `type: 'tcp'` a connection. */
export type HealthOptions = HttpProbeOptions | TcpProbeOptions
