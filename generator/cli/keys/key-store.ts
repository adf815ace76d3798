import { resolve } from 'node:path'
import type { Command } from 'commander'
import type { ApiKeyWriter } from '../../../runtime/auth/api-key-registry.js'
import { ConfigError } from '../../../sdk/config-error.js'
import { usageError } from '../usage-error.js'

/** Where records are kept, as flags say it. */
export interface StoreFlags {
  readonly file?: string
  readonly redis?: string
  readonly redisPrefix: string
}

/** The flags that name a store. */
export function storeOptions(command: Command): Command {
  return command
    .option('--file <path>', 'the JSON file of `store: { file }`')
    .option('--redis <url>', 'the Redis of `store: { redis: true }`')
    .option('--redis-prefix <text>', 'the gateway’s `redis.prefix`', 'gw')
}

async function withFile<T>(path: string, act: (keys: ApiKeyWriter) => Promise<T>): Promise<T> {
  const { FileKeyWriter } = await import('../../../runtime/auth/file-key-writer.js')
  try {
    return await act(new FileKeyWriter(path))
  } catch (error) {
    // No place in a config belongs to it: the list is a file of its own.
    throw usageError(error instanceof ConfigError ? (error.issues[0]?.message as string) : (error as Error).message)
  }
}

async function withRedis<T>(url: string, prefix: string, act: (keys: ApiKeyWriter) => Promise<T>): Promise<T> {
  if (!/^rediss?:\/\//.test(url)) throw usageError('`--redis` takes a redis:// or rediss:// URL')
  const { openRedisKeys } = await import('../../../runtime/auth/open-redis-keys.js')
  const opened = await openRedisKeys(url, prefix)
  // The URL may have a password in it.
  if (!opened) throw usageError('the Redis of `--redis` cannot be reached')
  try {
    return await act(opened.keys)
  } catch {
    throw usageError('the Redis of `--redis` stopped answering', 'see gatewright keys list for what was done')
  } finally {
    await opened.close()
  }
}

/** Runs `act` on the store that the flags name; undefined if they name none. */
export async function useStore<T>(
  { file, redis, redisPrefix }: StoreFlags,
  cwd: string,
  act: (keys: ApiKeyWriter) => Promise<T>,
): Promise<T | undefined> {
  if (file !== undefined && redis !== undefined) throw usageError('expected one of `--file` and `--redis`')
  if (file !== undefined) return withFile(resolve(cwd, file), act)
  return redis === undefined ? undefined : withRedis(redis, redisPrefix, act)
}

/** As {@link useStore}, for what makes no sense without a store. */
export async function needStore<T>(flags: StoreFlags, cwd: string, act: (keys: ApiKeyWriter) => Promise<T>): Promise<T> {
  if (flags.file === undefined && flags.redis === undefined)
    throw usageError('expected `--file` or `--redis`', 'keys that are in the config are changed there')
  return (await useStore(flags, cwd, act)) as T
}
