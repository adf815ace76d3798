import { hash } from 'node:crypto'
import { ConfigError, Problem } from '../../sdk/index.js'
import type { ApiKeySettings } from '../../sdk/policies/api-key.js'
import { apiKeyFormat } from '../auth/api-key-format.js'
import { FileKeys, reportFlaw } from '../auth/file-keys.js'
import { isKey, type KeyFinder, type KnownKey, knownKeys } from '../auth/known-key.js'
import { pathOfIdentity } from '../auth/path-of-identity.js'
import { RedisKeyFinder } from '../auth/redis-key-finder.js'
import { SharedKeys } from '../auth/shared-keys.js'
import { WatchedFile } from '../auth/watched-file.js'
import type { GatewayExchange } from '../pipeline/exchange.js'
import type { Authenticator, CompileAuth, CompileContext } from './compiler.js'

function fileFinder(file: string, { metadata }: ApiKeySettings, { identity, services }: CompileContext): KeyFinder {
  const { log, count, keep } = services
  const refuse = (message: string): never => {
    throw new ConfigError([{ code: 'GW1604', path: [...pathOfIdentity(identity), 'store', 'file'], message }])
  }
  const failed = (flaw: string) => {
    count('gatewright_key_file_failures_total', { file })
    reportFlaw(log, file, flaw)
  }
  const open = (): WatchedFile => {
    try {
      return keep(`key-file:${file}`, () => new WatchedFile(file, (error) => failed(error.message)))
    } catch (error) {
      return refuse(`cannot read ${file}: ${(error as NodeJS.ErrnoException).code}`)
    }
  }
  let loading = true
  const keys = new FileKeys(open(), metadata, (flaw) => (loading ? refuse(`${file}: ${flaw}`) : failed(flaw)))
  loading = false
  return keys
}

function redisFinder(ttl: number, { metadata }: ApiKeySettings, { services }: CompileContext): KeyFinder {
  const { shared, clock, keepByStore, log } = services
  const keys = keepByStore(`api-keys:${ttl}`, () => new SharedKeys(shared, clock, ttl))
  return new RedisKeyFinder(keys, metadata, (digest) => log.warn({ digest }, 'stored API key does not fit the metadata schema'))
}

function storeOf(settings: ApiKeySettings, context: CompileContext): KeyFinder | undefined {
  const { store } = settings
  if (!store) return undefined
  return 'file' in store ? fileFinder(store.file, settings, context) : redisFinder(store.ttl, settings, context)
}

/** Compiles `api-key`: format and checksum first, then one digest, the config's keys, the store's, and one comparison in constant time. */
export const compileApiKey: CompileAuth<'api-key'> = (settings, context) => {
  const { header, forward, prefix } = settings
  const { clock, count } = context.services
  const challenge = `ApiKey header="${header}"`
  const labels = { auth: context.identity }
  const isWellFormed = apiKeyFormat(prefix)
  const known = knownKeys(settings.keys)
  const store = storeOf(settings, context)
  const refuse = (detail: string) => new Problem('INVALID_CREDENTIALS', { detail, headers: ['WWW-Authenticate', challenge] })
  const accept = (key: KnownKey | undefined, digest: Buffer, exchange: GatewayExchange) => {
    if (!key || !isKey(key, digest)) throw refuse('The API key is not known.')
    if (clock.wall() >= key.expires) throw refuse('The API key has expired.')
    if (key.expiresText !== undefined) {
      exchange.setResponseHeader('api-key-expires', key.expiresText)
      count('gatewright_expiring_api_key_uses_total', labels)
    }
    return key.auth
  }
  const authenticator: Authenticator = {
    challenge,
    header,
    forward,
    // Elsewhere than in `authorization` the whole header is this auth's own.
    recognises: (value) => (header === 'authorization' ? value.startsWith(`${prefix}_`) : value !== ''),
    authenticate(value, exchange) {
      if (!isWellFormed(value)) throw refuse('The API key is malformed.')
      const digest = hash('sha256', value, 'buffer')
      const name = digest.toString('hex')
      const key = known.get(name) ?? store?.find(name)
      return key instanceof Promise ? key.then((found) => accept(found, digest, exchange)) : accept(key, digest, exchange)
    },
  }
  return [authenticator]
}
