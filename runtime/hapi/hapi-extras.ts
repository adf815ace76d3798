import type { Server } from '@hapi/hapi'
import type { ResolvedAuth, ResolvedGateway } from '../../sdk/index.js'
import type { ExchangeHandler } from '../pipeline/exchange-handler.js'
import type { JwtParts } from '../services.js'
import type { HapiLane } from './hapi-lane.js'

/** What a config needs of hapi beyond its one route. */
export interface ExtraParts {
  readonly lane: HapiLane | undefined
  readonly jwt: JwtParts | undefined
}

const isJwt = ({ name, parts }: ResolvedAuth): boolean => name === 'jwt' || parts.some(isJwt)

/** Parts that few gateways need, loaded and mounted for the first config that does; a reload may bring it. */
export class HapiExtras {
  readonly #server: Server
  readonly #handler: ExchangeHandler
  #lane: Promise<HapiLane> | undefined
  #jwt: Promise<JwtParts> | undefined

  constructor(server: Server, handler: ExchangeHandler) {
    this.#server = server
    this.#handler = handler
  }

  /** The parts that this config needs. */
  async for({ routes }: ResolvedGateway): Promise<ExtraParts> {
    const [lane, jwt] = await Promise.all([
      routes.some(({ lifecycle }) => lifecycle === 'hapi') ? this.lane() : undefined,
      routes.some(({ auth }) => auth && isJwt(auth)) ? this.jwt() : undefined,
    ])
    return { lane, jwt }
  }

  /** The hapi lane, with h2o2. */
  lane(): Promise<HapiLane> {
    this.#lane ??= import('./hapi-lane.js').then(({ createHapiLane }) => createHapiLane(this.#server, this.#handler))
    return this.#lane
  }

  /** What `jwt` needs: hapi-auth-jwt2 and jose. */
  jwt(): Promise<JwtParts> {
    this.#jwt ??= this.#loadJwt()
    return this.#jwt
  }

  async #loadJwt(): Promise<JwtParts> {
    const [{ createJwtStrategies }, { createVerifyToken }] = await Promise.all([
      import('./jwt-strategy.js'),
      import('../auth/verify-token.js'),
    ])
    return { strategy: await createJwtStrategies(this.#server), createVerifyToken }
  }
}
