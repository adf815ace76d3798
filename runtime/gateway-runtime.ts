import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type ResolvedGateway, resolveGateway } from '../sdk/index.js'
import { createAdminServer, listen, type Readiness } from './admin/admin-server.js'
import { adminSources } from './admin/admin-sources.js'
import type { RevocationList } from './auth/revocation-list.js'
import { readRevocation } from './auth/revocation-request.js'
import { systemClock } from './clock.js'
import { compileGateway } from './compile-gateway.js'
import { createServices, type WarmTasks, warmUp } from './create-services.js'
import { drain } from './drain.js'
import { clientAddress } from './edge/client-address.js'
import { createGuard } from './edge/guard.js'
import { closeAfter, reachesLimit } from './edge/last-response.js'
import { createListener, type Listener } from './edge/listener.js'
import { ListenerTls } from './edge/listener-tls.js'
import { Protection } from './edge/protection.js'
import { createPseudonym } from './edge/pseudonym.js'
import { fetchUpstream } from './forward/fetch-upstream.js'
import { createHeaderRules } from './forward/header-rules.js'
import { HapiEntrance } from './hapi/hapi-entrance.js'
import { HapiExtras } from './hapi/hapi-extras.js'
import { createHapiServer, type HapiServer } from './hapi/hapi-server.js'
import { injectRequest } from './inject-request.js'
import { inspectRoute } from './inspect.js'
import { mockGateway } from './mock/mock-gateway.js'
import { createAccessLog } from './observe/access-log.js'
import { credentialHeaders } from './observe/credential-headers.js'
import { createLogger } from './observe/logger.js'
import { Metrics } from './observe/metrics.js'
import { Observer } from './observe/observer.js'
import { ExchangeHandler, type LiveConfig } from './pipeline/exchange-handler.js'
import { Resources } from './resources.js'
import { settingsForNextStart } from './settings-of-start.js'
import { startWarnings } from './start-warnings.js'
import type { GatewayRunOptions, InjectResponse, RouteInspection, RunningGateway } from './types.js'
import { Deadlines } from './upstreams/deadlines.js'
import { tellUpstream } from './upstreams/tell-upstream.js'
import { speaksWebSocket } from './websocket/speaks-websocket.js'
import { Tunnels } from './websocket/tunnels.js'

/** A hapi server with users' plugins on it; made once, before the first compile. */
interface Mounted extends HapiServer {
  readonly extras: HapiExtras
}

const urlOf = (host: string, { port }: AddressInfo, scheme = 'http') =>
  `${scheme}://${host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host}:${port}`

/** A gateway from its listener to its pools. */
export class GatewayRuntime implements RunningGateway {
  url = ''
  adminUrl = ''
  readonly #options: GatewayRunOptions
  readonly #clock
  readonly #metrics = new Metrics()
  readonly #resources = new Resources()
  readonly #sources = adminSources(() => this.#live, this.#resources)
  readonly breakers = this.#sources.breakers
  readonly rollouts = this.#sources.rollouts
  readonly #sink
  readonly #observer: Observer
  readonly #deadlines: Deadlines
  readonly #tunnels: Tunnels
  readonly #handler: ExchangeHandler
  readonly #entrance: HapiEntrance
  readonly #guard
  readonly #protection: Protection
  readonly #listener: Listener
  readonly #tls: ListenerTls
  readonly #admin
  readonly #started: ResolvedGateway['settings']
  #gateway: ResolvedGateway
  #mounted: Promise<Mounted> | undefined
  #live: LiveConfig | undefined
  #revocations: RevocationList | undefined
  #ready = false
  #draining = false
  #stopping: Promise<boolean> | undefined

  constructor(gateway: ResolvedGateway, options: GatewayRunOptions) {
    const { server, requestId, log: logging, problems } = gateway.settings
    this.#started = gateway.settings
    this.#gateway = gateway
    this.#options = options
    this.#clock = options.clock ?? systemClock
    this.#sink = options.log
      ? { log: options.log, flush: () => undefined }
      : createLogger(logging.level, () => this.#metrics.count('gatewright_log_lines_dropped_total', {}))
    this.#observer = new Observer(this.#clock, this.#metrics)
    this.#deadlines = new Deadlines(this.#clock)
    this.#tunnels = new Tunnels(this.#clock, this.#metrics, this.#observer)
    const addresses = clientAddress(server.trustedProxies)
    const requestIdHeader = requestId.header
    const { log } = this.#sink
    this.#tls = new ListenerTls(gateway, { clock: this.#clock, log, metrics: this.#metrics })
    this.#protection = new Protection(server, { addresses, observer: this.#observer, metrics: this.#metrics, clock: this.#clock, log })
    const pseudonym = createPseudonym()
    const naming = { addresses, requestIdHeader, pseudonym }
    this.#handler = new ExchangeHandler(
      {
        clock: this.#clock,
        deadlines: this.#deadlines,
        tunnels: this.#tunnels,
        rules: createHeaderRules(),
        ...naming,
        count: (name, labels) => this.#metrics.count(name, labels),
        observe: (upstream, target, outcome) => this.#metrics.attempt(upstream, target, outcome),
      },
      problems.base,
    )
    this.#entrance = new HapiEntrance(this.#handler, () => this.#live as LiveConfig)
    this.#guard = createGuard({
      clock: this.#clock,
      ...naming,
      headerLimits: { lines: server.limits.headerCount, bytes: server.limits.headers },
      maxTargetLength: server.limits.uri,
      maxQueryParameters: server.limits.queryParameters,
      keepsEncodedSlashes: () => this.#live?.keepsEncodedSlashes ?? false,
    })
    this.#listener = createListener(
      server,
      {
        ...this.#protection.counter,
        request: (req, res, expectsContinue) => this.#accept(req, res, expectsContinue, false),
        upgrades: (req) => this.#live !== undefined && speaksWebSocket(req, this.#live),
        upgrade: (req, res) => this.#accept(req, res, false, true),
      },
      this.#tls.first.material,
    )
    this.#protection.watch(this.#listener.server)
    const actions = { readiness: () => this.#readiness(), revoke: (given: unknown) => this.revoke(given) }
    this.#admin = createAdminServer(this.#metrics, { ...this.#sources, ...actions })
  }

  #readiness(): Readiness {
    if (!this.#ready) return 'not ready'
    return this.#protection.overloaded ? 'degraded' : 'ready'
  }

  /** The edge: guards a request before anything runs. */
  #accept(req: IncomingMessage, res: ServerResponse, expectsContinue: boolean, upgrade: boolean): void {
    const { exchange, refusal: fault, reply } = this.#guard(req, res)
    exchange.expectsContinue = expectsContinue
    exchange.upgrade = upgrade
    if (this.#draining || reachesLimit(res)) closeAfter(req, res)
    this.#observer.watch(exchange)
    if (fault) closeAfter(req, res)
    const refusal = fault ?? this.#protection.refusal()
    if (refusal) this.#protection.counter.refused(refusal.problem.status, refusal.reason)
    if (refusal || !this.#entrance.isOpen) this.#handler.refuse(exchange, refusal?.problem)
    else if (reply) this.#handler.answer(exchange, reply)
    else this.#entrance.run(exchange)
  }

  #mount(): Promise<Mounted> {
    this.#mounted ??= (async () => {
      const { plugins = [] } = this.#options
      const hapi = await createHapiServer(this.#listener.server, this.#entrance.catchAll, plugins)
      const extras = new HapiExtras(hapi.server, this.#handler, (exchange) => this.#entrance.requestOf(exchange))
      // A plugin may depend on the scheme, and hapi looks for dependencies when it starts.
      if (plugins.length > 0) await extras.jwt()
      // With `autoListen` off this starts hapi's caches and extensions; our own listener opens when all is warm.
      await hapi.server.start()
      return { ...hapi, extras }
    })()
    return this.#mounted
  }

  /** Compiles a config beside the running one; on failure nothing of it stays. */
  async #compile(gateway: ResolvedGateway): Promise<{ live: LiveConfig; generation: number }> {
    const { lane, jwt } = await (await this.#mount()).extras.for(gateway)
    this.#entrance.lane ??= lane
    const { log } = this.#sink
    const before = this.#resources.keys()
    const warmTasks: WarmTasks = []
    const generation = this.#resources.begin()
    try {
      const services = await createServices(gateway, {
        clock: this.#clock,
        log,
        metrics: this.#metrics,
        resources: this.#resources,
        warmTasks,
        certificates: this.#tls.certificates,
        jwt,
        fetchUpstream: (exchange, options) => fetchUpstream(exchange, this.#handler.context, options),
        tell: tellUpstream(this.#options.onUpstream, log),
      })
      const live = compileGateway(this.#options.mock ? mockGateway(gateway) : gateway, services)
      await warmUp(warmTasks, log)
      this.#revocations = services.revocations
      return { live, generation }
    } catch (error) {
      await Promise.allSettled(this.#resources.removeNew(before).map((resource) => resource.close()))
      throw error
    }
  }

  async #prepare(): Promise<void> {
    if (this.#live) return
    const { live } = await this.#compile(this.#gateway)
    const { dispatch } = await this.#mount()
    this.#activate(this.#gateway, live)
    this.#sources.observe(this.#metrics)
    this.#entrance.open(dispatch, (this.#options.plugins ?? []).length > 0)
  }

  #activate(gateway: ResolvedGateway, live: LiveConfig): void {
    this.#gateway = gateway
    this.#live = live
    this.#observer.accessLog = createAccessLog(this.#sink.log, gateway.settings.log, credentialHeaders(gateway.routes))
  }

  async start(): Promise<void> {
    const { server, admin } = this.#gateway.settings
    for (const warning of startWarnings(this.#gateway)) this.#sink.log.warn(warning)
    try {
      if (admin) this.adminUrl = urlOf(admin.host, await this.#admin.listen(admin.host, this.#options.adminPort ?? admin.port))
      await this.#prepare()
      const host = this.#options.host ?? server.host
      const address = await listen(this.#listener.server, host, this.#options.port ?? server.port, 'server')
      this.#tls.follow(this.#tls.first, this.#listener)
      this.url = urlOf(host, address, this.#listener.secure ? 'https' : 'http')
      this.#ready = true
      this.#protection.start()
      if (admin) this.#metrics.observeProcess((error) => this.#sink.log.error({ err: error }, 'no process metrics'))
    } catch (error) {
      await this.#close()
      throw error
    }
  }

  stop(options: { readonly now?: boolean } = {}): Promise<boolean> {
    this.#stopping ??= this.#stop(options.now ?? false)
    return this.#stopping
  }

  async #stop(now: boolean): Promise<boolean> {
    this.#ready = false
    const { preStop, drain: longest } = this.#gateway.settings.server
    const startDraining = () => void (this.#draining = true)
    const complete = await drain(this.#listener, this.#observer, {
      preStop: now ? 0 : preStop,
      longest,
      tunnels: this.#tunnels,
      startDraining,
    })
    await this.#close()
    return complete
  }

  async #close(): Promise<void> {
    this.#protection.stop()
    this.#deadlines.close()
    this.#metrics.close()
    this.#tls.close()
    this.#tunnels.close()
    const mounted = await this.#mounted?.catch(() => undefined)
    if (this.#listener.server.listening) this.#listener.server.close()
    await mounted?.server.stop({ timeout: 1 })
    await this.#resources.closeAll()
    await this.#admin.close()
    this.#sink.flush()
  }

  async reload(config: unknown): Promise<void> {
    const gateway = resolveGateway(config)
    const tls = this.#tls.read(gateway)
    const { live, generation } = await this.#compile(gateway)
    const inFlight = new Set(this.#observer.active)
    this.#activate(gateway, live)
    this.#tls.follow(tls, this.#listener)
    // What the new table does not use is closed once the last exchange that might use it is over.
    const unused = this.#resources.takeOlder(generation)
    void this.#observer.drained(inFlight).then(() => Promise.allSettled(unused.map((resource) => resource.close())))
    this.#sink.log.info({ routes: gateway.routes.length }, 'config reloaded')
    const settings = settingsForNextStart(this.#started, gateway.settings)
    if (settings.length > 0) this.#sink.log.warn({ settings }, 'changed settings that wait for the next start')
  }

  async inject(request: Parameters<RunningGateway['inject']>[0]): Promise<InjectResponse> {
    await this.#prepare()
    return injectRequest(this.#listener, request)
  }

  async revoke(revocation: unknown): Promise<void> {
    const entry = readRevocation(revocation, this.#clock)
    await this.#prepare()
    await this.#revocations?.add(entry)
    this.#sink.log.info({ revocation: entry.key }, 'tokens revoked')
  }

  inspect(): readonly RouteInspection[] {
    return this.#gateway.routes.map((route) => inspectRoute(route, this.#live?.byId.get(route.id)))
  }
}
