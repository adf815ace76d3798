import { apiKey, internalToken } from 'gatewright'
import { mintApiKey } from '../../../runtime/auth/api-key-format.js'
import { session, withClaims } from '../authorization-gateway.js'
import type { ScenesOf } from '../scene.js'
import { sending } from './scene-parts.js'

const { key, id, hash } = mintApiKey()
const partner = apiKey({ keys: [{ id, hash, consumer: 'acme' }] })

/** Policies on what an auth found. */
export const AUTHORIZATION_SCENES = {
  scopes: [{ route: { auth: session, use: { policy: session.scopes('read') } }, play: sending(withClaims({})) }],
  roles: [{ route: { auth: session, use: { policy: session.roles('admin') } }, play: sending(withClaims({})) }],
  allow: [{ route: { auth: session, use: { policy: session.allow('nobody', () => false) } }, play: sending(withClaims({})) }],
  consumers: [{ route: { auth: partner, use: { policy: partner.consumers({ deny: ['acme'] }) } }, play: sending({ 'x-api-key': key }) }],
  'internal-token': [
    {
      route: {
        auth: session,
        use: {
          policy: internalToken({
            claims: session.key((auth) => ({ sub: auth.claims.sub })),
            ...{ issuer: 'gateway', audience: 'up', algorithm: 'HS256', key: 'a secret that is long enough for HS256' },
          }),
        },
      },
      play: sending(withClaims({})),
    },
  ],
} satisfies ScenesOf
