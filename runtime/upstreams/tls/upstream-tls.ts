import type { X509Certificate } from 'node:crypto'
import type { SecureContext, TLSSocket } from 'node:tls'
import { isUnverified, type UpstreamTlsSettings } from '../../../sdk/upstream-tls.js'
import { quietly } from '../../limits/quiet.js'
import type { Resource, Services } from '../../services.js'
import type { Certificates, FollowedCertificate } from '../../tls/certificates.js'
import { keepFresh } from '../../tls/keep-fresh.js'
import { handshakeFault, pinOf, wrongPin } from './handshake-fault.js'
import { readUpstreamTls, type UpstreamTlsMaterial } from './read-upstream-tls.js'

/** What the TLS of an upstream needs of its surroundings. */
export interface UpstreamTlsDeps extends Pick<Services, 'log' | 'count' | 'clock'> {
  /** Where the end of certificates is shown; nowhere without it. */
  readonly certificates?: Certificates | undefined
}

/** Most targets of one upstream whose certificates are followed. */
const MOST_PEERS = 256

const filesOf = ({ caFile, certFile, keyFile }: UpstreamTlsSettings) => [caFile, certFile, keyFile].filter((file) => file !== undefined)

/** What the connections to one upstream trust and show; the same for its requests, WebSockets and health probes. */
export class UpstreamTls implements Resource {
  /** What new connections are opened with; undefined for Node's defaults. Another object after the files changed. */
  context: SecureContext | undefined
  /** True if `context` may change. */
  readonly isWatched: boolean
  /** Name to ask for and hold certificates to, instead of the target's host. */
  readonly servername: string | undefined
  /** False takes any certificate that {@link check} takes. */
  readonly verify: boolean
  /** False where each connection must show its certificate: one whose session is resumed shows none. */
  readonly resumes: boolean
  readonly #upstream: string
  readonly #pins: ReadonlySet<string> | undefined
  readonly #deps: UpstreamTlsDeps
  readonly #quietly: (write: () => void) => void
  readonly #peers = new Map<string, FollowedCertificate>()
  readonly #owned: Resource[] = []
  #client: FollowedCertificate | undefined

  /** @throws ConfigError GW1907 where what `settings` name cannot be used */
  constructor(upstream: string, settings: UpstreamTlsSettings | undefined, deps: UpstreamTlsDeps) {
    this.#upstream = upstream
    this.#deps = deps
    this.#quietly = quietly(deps.clock)
    this.#pins = settings?.pins && new Set(settings.pins)
    this.resumes = this.#pins === undefined
    this.servername = settings?.servername
    this.verify = settings?.verify ?? true
    const files = settings ? filesOf(settings) : []
    this.isWatched = files.length > 0
    if (!settings) return
    const read = () => readUpstreamTls(upstream, settings, deps.clock.wall())
    const use = (material: UpstreamTlsMaterial) => this.#use(material)
    use(read())
    const owner = { which: 'upstream', name: upstream } as const
    if (this.isWatched) this.#owned.push(keepFresh({ owner, files, read, use, log: deps.log, count: deps.count }))
    if (isUnverified(settings) && deps.certificates) this.#owned.push(deps.certificates.showUnverified(upstream))
  }

  #use({ context, certificate }: UpstreamTlsMaterial): void {
    this.context = context
    if (!certificate) return
    this.#client ??= this.#deps.certificates?.follow({ which: 'client', name: this.#upstream, target: '' })
    this.#client?.is(certificate)
  }

  /** Looks at the certificate of a connection that is open; the error for which it must be closed. */
  check(target: string, socket: TLSSocket): Error | undefined {
    const certificate = socket.getPeerX509Certificate()
    if (certificate) this.#follow(target, certificate)
    if (!this.#pins) return undefined
    const pin = certificate === undefined ? 'none' : pinOf(certificate)
    return this.#pins.has(pin) ? undefined : wrongPin(target, pin)
  }

  /** Counts a connection that failed in its handshake; any other failure is left to others. */
  failed(target: string, error: Error): void {
    const reason = handshakeFault(error)
    if (!reason) return
    const fields = { upstream: this.#upstream, target, reason }
    this.#deps.count('gatewright_upstream_tls_failures_total', fields)
    this.#quietly(() => this.#deps.log.warn({ ...fields, cause: error.message }, 'no TLS connection to the target'))
  }

  #follow(target: string, certificate: X509Certificate): void {
    let peer = this.#peers.get(target)
    if (!peer) {
      if (!this.#deps.certificates) return
      const [oldest] = this.#peers.size < MOST_PEERS ? [] : this.#peers
      if (oldest) {
        oldest[1].close()
        this.#peers.delete(oldest[0])
      }
      peer = this.#deps.certificates.follow({ which: 'upstream', name: this.#upstream, target })
      this.#peers.set(target, peer)
    }
    peer.is(certificate)
  }

  /** Follows the certificate of a target no more. */
  forget(target: string): void {
    this.#peers.get(target)?.close()
    this.#peers.delete(target)
  }

  close(): void {
    for (const resource of [...this.#owned, ...this.#peers.values()]) void resource.close()
    this.#client?.close()
  }
}
