import { X509Certificate } from 'node:crypto'
import type { SecureContextOptions } from 'node:tls'
import type { Logger } from 'pino'
import type { ResolvedGateway } from '../../sdk/index.js'
import type { Clock } from '../clock.js'
import type { Metrics } from '../observe/metrics.js'
import type { Resource } from '../services.js'
import { Certificates } from '../tls/certificates.js'
import { keepFresh } from '../tls/keep-fresh.js'
import type { Listener } from './listener.js'
import { readTlsMaterial } from './read-tls-material.js'

const OWNER = { which: 'listener', name: 'server' } as const

/** What a config says of the listener's TLS, read and checked. */
export interface ReadTls {
  readonly gateway: ResolvedGateway
  /** Undefined where the listener speaks plain HTTP. */
  readonly material: SecureContextOptions | undefined
}

/** The certificate of the client listener: read at load, on every reload, and when its files change. */
export class ListenerTls {
  /** Where the end of all certificates is shown, those of upstreams too. */
  readonly certificates: Certificates
  /** What the first config says. */
  readonly first: ReadTls
  readonly #log: Logger
  readonly #metrics: Metrics
  readonly #following: Resource[] = []

  /** @throws ConfigError as {@link readTlsMaterial} does */
  constructor(
    gateway: ResolvedGateway,
    { clock, log, metrics }: { readonly clock: Clock; readonly log: Logger; readonly metrics: Metrics },
  ) {
    this.certificates = new Certificates(metrics, clock, log)
    this.certificates.warnBefore = gateway.settings.log.certificateExpiry
    this.#log = log
    this.#metrics = metrics
    this.first = this.read(gateway)
  }

  /**
   * Reads what a config says, before anything of it is in use.
   * @throws ConfigError as {@link readTlsMaterial} does
   */
  read(gateway: ResolvedGateway): ReadTls {
    const { tls } = gateway.settings.server
    return { gateway, material: tls && readTlsMaterial(tls, gateway.stamp) }
  }

  /** Gives it to the listener, and from now on what its files hold. */
  follow({ gateway, material }: ReadTls, listener: Listener): void {
    this.certificates.warnBefore = gateway.settings.log.certificateExpiry
    const { tls } = gateway.settings.server
    if (!tls || !material) return
    this.#letGo()
    const followed = this.certificates.follow({ ...OWNER, target: '' })
    const use = (fresh: SecureContextOptions) => {
      listener.renew(fresh)
      followed.is(new X509Certificate(fresh.cert as string))
    }
    use(material)
    this.#following.push(followed)
    const files = [tls.certFile, tls.keyFile, tls.clientCaFile].filter((file) => file !== undefined)
    const read = () => readTlsMaterial(tls, gateway.stamp)
    const count = this.#metrics.count.bind(this.#metrics)
    if (files.length > 0) this.#following.push(keepFresh({ owner: OWNER, files, read, use, log: this.#log, count }))
  }

  #letGo(): void {
    for (const resource of this.#following.splice(0)) void resource.close()
  }

  close(): void {
    this.#letGo()
    this.certificates.close()
  }
}
