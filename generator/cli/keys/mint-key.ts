import type { ApiKeyRecordSettings } from '../../../sdk/schemas/api-key-record.js'
import type { CliRun } from '../cli-run.js'
import { usageError } from '../usage-error.js'
import { type StoreFlags, useStore } from './key-store.js'
import { readTime } from './read-time.js'

/** The flags of `gatewright keys mint`. */
export interface MintFlags extends StoreFlags {
  readonly consumer: string
  readonly id?: string
  readonly prefix: string
  readonly expires?: string
  readonly metadata?: string
  readonly json?: true
}

function readMetadata(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw usageError('`--metadata` takes JSON')
  }
}

/** Makes a key, stores its record where the flags say, and prints the key, which is nowhere else. */
export async function mintKey(flags: MintFlags, run: CliRun): Promise<void> {
  const { consumer, prefix, expires, metadata, json } = flags
  if (!/^[a-z][a-z0-9]{0,15}$/.test(prefix)) throw usageError('`--prefix` takes 1 to 16 lower-case letters and digits')
  const { mintApiKey } = await import('../../../runtime/auth/api-key-format.js')
  const { key, id, hash } = mintApiKey(prefix)
  const record: ApiKeyRecordSettings = {
    id: flags.id ?? id,
    hash,
    consumer,
    ...(metadata !== undefined && { metadata: readMetadata(metadata) }),
    ...(expires !== undefined && { expires: readTime(expires, '--expires') }),
  }
  const added = await useStore(flags, run.cwd, (keys) => keys.add(record))
  if (added === false) throw usageError(`there is a key with the id "${record.id}"`)
  if (json) {
    run.print(`${JSON.stringify({ key, record, stored: added === true })}\n`)
    return
  }
  run.print(`${key}\n`)
  run.note(`${run.colors.yellow('This is the only time that the key is shown.')}\n`)
  run.note(added ? `Stored as ${record.id}.\n` : `Its record, for \`keys\` of apiKey({ … }):\n${JSON.stringify(record, null, 2)}\n`)
}
