import type { Server } from 'node:http'
import { pathToFileURL } from 'node:url'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { z } from 'zod'
import { USERS } from '../data/customers.js'
import { type Answer, createService, runService, ServiceProblem } from './http-service.js'

const SignIn = z.object({
  user: z.string(),
  password: z.string(),
  /** Lifetime of the token in seconds. */
  expiresIn: z.int().min(1).max(3600).default(900),
})

const isUser = (name: string): name is keyof typeof USERS => Object.hasOwn(USERS, name)

/**
 * A token issuer: `POST /token` signs RS256 tokens for the demo users, `/.well-known/jwks.json` has the public key.
 * The key pair lives as long as the process.
 */
export async function createIssuer(name: string, issuer: string): Promise<Server> {
  const { publicKey, privateKey } = await generateKeyPair('RS256')
  const kid = 'demo-1'
  const keys = [{ ...(await exportJWK(publicKey)), kid, alg: 'RS256', use: 'sig' }]
  const sign = (sub: string, plan: string, seconds: number) =>
    new SignJWT({ plan })
      .setProtectedHeader({ alg: 'RS256', kid, typ: 'JWT' })
      .setIssuer(issuer)
      .setAudience('shop')
      .setSubject(sub)
      .setIssuedAt()
      .setExpirationTime(`${seconds}s`)
      .sign(privateKey)

  return createService(name, async (call): Promise<Answer> => {
    if (call.method === 'GET' && call.url.pathname === '/.well-known/jwks.json')
      return { status: 200, headers: { 'cache-control': 'public, max-age=300' }, body: { keys } }
    if (call.method !== 'POST' || call.url.pathname !== '/token')
      throw new ServiceProblem(404, 'NO_SUCH_PAGE', 'the issuer has POST /token and GET /.well-known/jwks.json')
    const parsed = SignIn.safeParse(await call.json())
    if (!parsed.success) throw new ServiceProblem(400, 'BAD_SIGN_IN', z.prettifyError(parsed.error))
    const { user, password, expiresIn } = parsed.data
    if (!isUser(user) || USERS[user].password !== password) throw new ServiceProblem(401, 'WRONG_PASSWORD', 'no such user and password')
    const token = await sign(USERS[user].sub, USERS[user].plan, expiresIn)
    return {
      status: 200,
      headers: { 'cache-control': 'no-store' },
      body: { access_token: token, token_type: 'Bearer', expires_in: expiresIn },
    }
  })
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  await runService(await createIssuer(process.env['NAME'] ?? 'issuer', process.env['ISSUER'] ?? `http://127.0.0.1:${process.env['PORT']}/`))
