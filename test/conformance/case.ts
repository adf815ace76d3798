import type { GatewayOptions } from 'gatewright'
import type { WireMessage } from './message.js'
import type { Recorder } from './recorder.js'
import type { WireClient } from './wire-client.js'

/** How a gateway forwards: `streamed` and `buffered` are the direct lane's two ways, `hapi` is the hapi lane. */
export const MODES = ['streamed', 'buffered', 'hapi'] as const
export type Mode = (typeof MODES)[number]

/** `stock` is hapi with h2o2 as they come, for comparison. */
export type Subject = Mode | 'stock'

/** Settings of a gateway of a case's own. */
export interface VariantOptions extends Partial<Omit<GatewayOptions, 'routes'>> {
  /** Put after the recorder's address: the target's base path. */
  readonly basePath?: string
  /** Instead of the recorder's address. */
  readonly target?: string
  /** Merged into the upstream's options. */
  readonly upstream?: Readonly<Record<string, unknown>>
  /** Merged into every route's options. */
  readonly route?: Readonly<Record<string, unknown>>
}

/**
 * What a case works with. The routes of every subject, all to the recorder:
 * `/public/*` open, any method; `/upload/*` the same with the body through a schema where the mode is `buffered`, so send JSON;
 * `/admin/*` wants `X-Api-Key` ({@link Stage.apiKey}); `/small/*` takes bodies up to 1 KiB; `/only-get/{id}` takes GET alone;
 * `/item/{id}` is sent as `/v1/{id}/x`, and `/files/{path*}` as `/v1/{path*}`; `/hasty/*` waits 300 ms for the upstream's headers and 300 ms in a silent body.
 */
export interface Stage {
  readonly subject: Subject
  readonly url: string
  readonly recorder: Recorder
  readonly apiKey: string
  /** A new connection; closed after the case. */
  connect(url?: string): Promise<WireClient>
  /** Sends bytes on a new connection and returns the final response with its client. */
  ask(
    bytes: string,
    options?: { readonly bodiless?: boolean; readonly url?: string },
  ): Promise<WireMessage & { readonly client: WireClient }>
  /** Starts a gateway of this mode with other settings; stopped after the case. Skips the case on `stock`. */
  variant(options: VariantOptions): Promise<string>
  /** Value of a metric of the gateway, or of the variant at `url`; 0 where it was never counted. Skips the case on `stock`. */
  metric(name: string, labels?: Readonly<Record<string, string>>, url?: string): Promise<number>
  /** The text and status of `/readyz` of the variant at `url`. */
  readiness(url: string): Promise<{ readonly status: number; readonly text: string }>
  /** Has something closed after the case. */
  defer(close: () => void | Promise<void>): void
}

/** One row of the table: `run` throws where the subject does not do what it must. */
export interface Case {
  /** Row of the catalogue, such as `P-02`; several cases may share one. */
  readonly id: string
  readonly title: string
  /** Modes in which the case makes no sense, with the reason. */
  readonly notApplicable?: Partial<Record<Subject, string>>
  /** Why the row does not hold, where it does not: printed, and the case must then fail. */
  readonly exception?: Partial<Record<Subject, string>>
  run(stage: Stage): Promise<void>
}

/** Thrown to leave a case out for this subject. */
export class NotApplicable extends Error {}

/** The head of a request to `/public/a` or another target, with a Host. */
export const head = (method: string, target = '/public/a', ...lines: string[]): string =>
  [`${method} ${target} HTTP/1.1`, 'Host: gw', ...lines, '', ''].join('\r\n')
