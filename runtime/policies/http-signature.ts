import { Problem } from '../../sdk/index.js'
import type { HttpSignatureSettings } from '../../sdk/policies/http-signature.js'
import { bodyLimitOf } from '../auth/body-limit-of.js'
import { isDigestOf, readContentDigest } from '../auth/content-digest.js'
import { frozenCopy } from '../auth/frozen-copy.js'
import { pathOfIdentity } from '../auth/path-of-identity.js'
import { Replays } from '../auth/replays.js'
import { signatureBase } from '../auth/signature-base.js'
import { readSignatures, type SentSignature } from '../auth/signature-input.js'
import { type SignatureVerifier, signatureVerifier } from '../auth/signature-key.js'
import { hasBody } from '../forward/collect-body.js'
import type { GatewayExchange } from '../pipeline/exchange.js'
import type { Authenticator, CompileAuth } from './compiler.js'

const CHALLENGE = 'Signature'
const DIGEST = 'content-digest'

/** What a client's signature should look like (RFC 9421 section 5.1). */
function acceptSignature({ components, nonce, tag }: HttpSignatureSettings): string {
  const parameters = [
    'created',
    'keyid',
    ...(nonce === 'require' ? ['nonce'] : []),
    ...(tag === undefined ? [] : [`tag=${JSON.stringify(tag)}`]),
  ]
  return `sig=(${components.map((name) => `"${name}"`).join(' ')});${parameters.join(';')}`
}

/** What is wrong with a signature's parameters; undefined if it is worth verifying. */
function flawIn(sent: SentSignature, wanted: readonly string[], settings: HttpSignatureSettings, now: number): string | undefined {
  const { created, expires } = sent
  if (created === undefined) return 'The signature does not say when it was made.'
  if (Math.abs(now - created * 1_000) > settings.maxAge) return 'The signature is too old, or from the future.'
  if (expires !== undefined && now >= expires * 1_000) return 'The signature has expired.'
  if (settings.nonce === 'require' && !sent.nonce) return 'The signature has no nonce.'
  if (settings.tag !== undefined && sent.tag !== settings.tag) return 'The signature is for another purpose.'
  const missing = wanted.find((name) => !sent.components.some((part) => part.name === name && part.parameter === undefined))
  return missing === undefined ? undefined : `The signature does not cover ${missing}.`
}

function verified(sent: SentSignature, key: SignatureVerifier, exchange: GatewayExchange): SignatureVerifier | string {
  if (sent.algorithm !== undefined && sent.algorithm !== key.algorithm) return 'The key is for another algorithm.'
  const base = signatureBase(exchange, sent)
  if (base === undefined) return 'The signature covers something that the request does not have.'
  return key.verify(base, sent.bytes) ? key : 'The signature is wrong.'
}

function readSent(signature: string, input: unknown): readonly SentSignature[] {
  return typeof input === 'string' ? (readSignatures(input, signature) ?? []) : []
}

/** Compiles `http-signature`: the signature first, then the body against its digest, then the nonce; synchronous without the last two. */
export const compileHttpSignature: CompileAuth<'http-signature'> = (settings, { identity, services }) => {
  const { clock, shared } = services
  const hints = ['Accept-Signature', acceptSignature(settings)]
  const path = pathOfIdentity(identity)
  const keys = new Map(settings.keys.map((key, index) => [key.id, signatureVerifier(key, [...path, 'keys', index])]))
  // From a clock that is as far ahead as may be, to one as far behind.
  const replays = new Replays(shared, `nonce:${identity}`, 2 * settings.maxAge)
  const refuse = (detail: string) => new Problem('INVALID_CREDENTIALS', { detail, headers: ['WWW-Authenticate', CHALLENGE, ...hints] })

  /** The key that made the signature, or what is wrong with it. */
  const check = (sent: SentSignature, exchange: GatewayExchange): SignatureVerifier | string => {
    const wanted = settings.digest && hasBody(exchange.req) ? [...settings.components, DIGEST] : settings.components
    const flaw = flawIn(sent, wanted, settings, clock.wall())
    if (flaw !== undefined) return flaw
    const key = keys.get(sent.keyId ?? '')
    return key ? verified(sent, key, exchange) : 'The signature was made with an unknown key.'
  }

  const finish = async (sent: SentSignature, key: SignatureVerifier, exchange: GatewayExchange, auth: unknown) => {
    const digest = exchange.headers[DIGEST]
    if (typeof digest === 'string' && !isDigestOf(readContentDigest(digest), await exchange.readBody(bodyLimitOf(exchange))))
      throw refuse('Content-Digest is not that of the body, or of no known kind.')
    if (settings.nonce === 'require' && !(await replays.claim(`${key.consumer.keyId}\0${sent.nonce}`)))
      throw refuse('The signature was used before.')
    return auth
  }

  const accept = (sent: SentSignature, key: SignatureVerifier, exchange: GatewayExchange) => {
    const components = sent.components.map(({ identifier }) => identifier.replace(/^"([^"]+)"$/, '$1'))
    const auth = frozenCopy({ ...key.consumer, components })
    const done = settings.nonce === 'ignore' && exchange.headers[DIGEST] === undefined
    return done ? auth : finish(sent, key, exchange, auth)
  }

  const authenticator: Authenticator = {
    challenge: CHALLENGE,
    header: 'signature',
    companions: ['signature-input'],
    hints,
    forward: settings.forward,
    recognises: (value) => value !== '',
    authenticate(value, exchange) {
      let first = 'The signature is malformed, or of a form that is not understood.'
      for (const [index, sent] of readSent(value, exchange.headers['signature-input']).entries()) {
        const key = check(sent, exchange)
        if (typeof key !== 'string') return accept(sent, key, exchange)
        if (index === 0) first = key
      }
      throw refuse(first)
    },
  }
  return [authenticator]
}
