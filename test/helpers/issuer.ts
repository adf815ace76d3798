import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type JWTHeaderParameters, type JWTPayload, SignJWT } from 'jose'
import type { SigningKey } from './tokens.js'

/** How the issuer answers requests for its key set. */
export type IssuerMood = 'well' | 'error' | 'html' | 'empty' | 'no keys' | 'huge' | 'redirect' | 'silent' | 'stalled' | 'hang up'

/** A real HTTP server that publishes a key set and signs tokens. */
export interface Issuer {
  /** Its `iss`, without a trailing slash. */
  readonly url: string
  readonly jwks: string
  /** Requests for the key set so far. */
  fetches: number
  /** Requests for anything else. */
  strays: number
  mood: IssuerMood
  /** The members of the published set. */
  keys: readonly object[]
  sign(key: SigningKey, claims: JWTPayload, header?: Partial<JWTHeaderParameters>): Promise<string>
  close(): Promise<void>
}

const ANSWERS: Readonly<Record<IssuerMood, (issuer: Issuer, req: IncomingMessage, res: ServerResponse) => void>> = {
  well: (issuer, _req, res) => res.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: issuer.keys })),
  error: (_issuer, _req, res) => res.writeHead(500).end('{"keys":[]}'),
  html: (_issuer, _req, res) => res.setHeader('content-type', 'text/html').end('<!doctype html><p>maintenance'),
  empty: (_issuer, _req, res) => res.end(),
  'no keys': (_issuer, _req, res) => res.end('{"keys":[]}'),
  huge: (issuer, _req, res) => res.end(`${JSON.stringify({ keys: issuer.keys }).slice(0, -1)},"pad":"${'x'.repeat(10_000_000)}"}`),
  redirect: (issuer, _req, res) => res.writeHead(302, { location: `${issuer.url}/elsewhere` }).end(),
  silent: () => {},
  stalled: (_issuer, _req, res) => res.writeHead(200, { 'content-type': 'application/json' }).write('{"keys":['),
  'hang up': (_issuer, req) => req.socket.destroy(),
}

/** Starts an issuer on a free port of the loopback interface. */
export async function startIssuer(...signing: readonly SigningKey[]): Promise<Issuer> {
  const server = createServer((req, res) => {
    if (req.url !== '/.well-known/jwks.json') {
      issuer.strays += 1
      res.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: issuer.keys }))
      return
    }
    issuer.fetches += 1
    ANSWERS[issuer.mood](issuer, req, res)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const issuer: Issuer = {
    url,
    jwks: `${url}/.well-known/jwks.json`,
    fetches: 0,
    strays: 0,
    mood: 'well',
    keys: signing.map(({ publicJwk }) => publicJwk),
    sign: (key, claims, header = {}) =>
      new SignJWT({ iss: url, ...claims }).setProtectedHeader({ alg: key.alg, kid: key.kid, ...header }).sign(key.privateKey),
    close: async () => {
      server.close()
      server.closeAllConnections()
      await once(server, 'close').catch(() => undefined)
    },
  }
  return issuer
}
