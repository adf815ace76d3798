import type { X509Certificate } from 'node:crypto'
import type { Logger } from 'pino'
import type { Clock } from '../clock.js'
import type { Metrics } from '../observe/metrics.js'
import type { Resource } from '../services.js'

const DAY_MS = 86_400_000
/** How often certificates are looked at that nobody renewed; milliseconds. */
const LOOK_MS = DAY_MS / 2

/** Where a certificate is in use. All of it comes from the config. */
export interface CertificatePlace {
  readonly which: 'listener' | 'client' | 'upstream'
  /** `server`, or the upstream's name. */
  readonly name: string
  /** Where the upstream showed it; empty for certificates of the gateway's own. */
  readonly target: string
}

/** A place whose certificate is followed. */
export interface FollowedCertificate extends Resource {
  /** The certificate that is there now. */
  is(certificate: X509Certificate): void
  close(): void
}

interface Row {
  readonly place: CertificatePlace
  /** Milliseconds since 1970. */
  readonly expires: number
}

/** Follows how long certificates hold, those of the gateway and those of its upstreams: a metric, and warnings in time. */
export class Certificates {
  /** How long before its end a certificate is warned of; milliseconds, 0 for never. */
  warnBefore = 14 * DAY_MS
  readonly #clock: Clock
  readonly #log: Logger
  readonly #rows = new Map<string, { owner: object; row: Row }>()
  readonly #unverified = new Set<{ readonly name: string }>()
  #timer: NodeJS.Timeout | undefined

  constructor(metrics: Metrics, clock: Clock, log: Logger) {
    this.#clock = clock
    this.#log = log
    metrics.gauge('gatewright_certificate_expiry_seconds', 'When a certificate expires, in seconds since 1970.', () =>
      [...this.#rows.values()].map(({ row }) => ({ labels: { ...row.place }, value: Math.floor(row.expires / 1_000) })),
    )
    metrics.gauge('gatewright_upstream_unverified', 'Upstreams whose certificates are not verified.', () =>
      [...new Set([...this.#unverified].map(({ name }) => name))].map((upstream) => ({ labels: { upstream }, value: 1 })),
    )
  }

  /** Follows the certificate at one place, until closed. Of two that follow one place, as during a reload, the later one counts. */
  follow(place: CertificatePlace): FollowedCertificate {
    const key = `${place.which} ${place.name} ${place.target}`
    const owner = {}
    return {
      is: ({ validTo }) => {
        const row = { place, expires: Date.parse(validTo) }
        const before = this.#rows.get(key)
        this.#rows.set(key, { owner, row })
        this.#timer ??= setInterval(() => this.#look(), LOOK_MS).unref()
        if (before?.row.expires !== row.expires) this.#warn(row)
      },
      close: () => {
        if (this.#rows.get(key)?.owner === owner) this.#rows.delete(key)
      },
    }
  }

  /** Shows an upstream as unverified, until closed. */
  showUnverified(name: string): Resource {
    const entry = { name }
    this.#unverified.add(entry)
    return { close: () => void this.#unverified.delete(entry) }
  }

  close(): void {
    clearInterval(this.#timer)
  }

  #look(): void {
    for (const { row } of this.#rows.values()) this.#warn(row)
  }

  #warn({ place, expires }: Row): void {
    const left = expires - this.#clock.wall()
    if (left > this.warnBefore || this.warnBefore === 0) return
    const { which, name, target } = place
    const fields = { which, name, ...(target === '' ? undefined : { target }), expires: new Date(expires).toISOString() }
    if (left <= 0) this.#log.error(fields, 'a certificate has expired')
    else this.#log.warn({ ...fields, days: Math.floor(left / DAY_MS) }, 'a certificate expires soon')
  }
}
