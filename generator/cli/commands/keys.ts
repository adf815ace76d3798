import type { Command } from 'commander'
import type { CliRun } from '../cli-run.js'
import { needStore, type StoreFlags, storeOptions } from '../keys/key-store.js'
import type { MintFlags } from '../keys/mint-key.js'
import { usageError } from '../usage-error.js'

const HELP = `
Without --file or --redis nothing is stored: the record is printed, to be put into the config.

Example:
  $ gatewright keys mint --consumer acme --file keys.json
  $ gatewright keys expire key_0123456789ab 7d --file keys.json
  $ gatewright keys hash --password < password.txt
`

function addMint(keys: Command, run: CliRun): void {
  storeOptions(keys.command('mint').description('make an API key; it is shown once'))
    .requiredOption('--consumer <name>', 'who will call with it')
    .option('--id <id>', 'its name in logs; by default made from its hash')
    .option('--prefix <text>', 'the `prefix` of apiKey({ … })', 'gw')
    .option('--expires <time>', 'until when it is good: a date, or how long such as 90d')
    .option('--metadata <json>', 'more about its holder')
    .option('--json', 'print key and record as JSON')
    .action(async (flags: MintFlags) => {
      const { mintKey } = await import('../keys/mint-key.js')
      await mintKey(flags, run)
    })
}

function addHash(keys: Command, run: CliRun): void {
  keys
    .command('hash')
    .description('hash an API key, or a password, that is read from standard input')
    .option('--password', 'hash a password for basic({ … })')
    .action(async ({ password }: { password?: true }) => {
      // The line end is the terminal's or the editor's, never part of a secret.
      const secret = (await run.read()).replace(/\r?\n$/, '')
      if (secret === '') throw usageError('nothing was sent on standard input')
      const { hashApiKey } = await import('../../../runtime/auth/api-key-format.js')
      const { hashPassword } = await import('../../../runtime/auth/password-hash.js')
      run.print(`${password ? await hashPassword(secret) : hashApiKey(secret)}\n`)
    })
}

function addChanges(keys: Command, run: CliRun): void {
  const unknown = (id: string) => usageError(`there is no key with the id "${id}"`, 'see gatewright keys list')
  storeOptions(keys.command('expire <id> <time>').description('end a key later: while its successor is taken up')).action(
    async (id: string, time: string, flags: StoreFlags) => {
      const { readTime } = await import('../keys/read-time.js')
      const expires = readTime(time, '<time>')
      if (!(await needStore(flags, run.cwd, (store) => store.expire(id, expires)))) throw unknown(id)
      run.note(`${id} is refused from ${expires} on.\n`)
    },
  )
  storeOptions(keys.command('revoke <id>').description('end a key now')).action(async (id: string, flags: StoreFlags) => {
    if (!(await needStore(flags, run.cwd, (store) => store.revoke(id)))) throw unknown(id)
    run.note(`${id} is revoked.\n`)
  })
}

/** `gatewright keys`: makes, lists and ends API keys, and hashes secrets for the config. */
export function addKeys(program: Command, run: CliRun): void {
  const keys = program.command('keys').description('make and end API keys').addHelpText('after', HELP)
  addMint(keys, run)
  addHash(keys, run)
  storeOptions(keys.command('list').description('list the keys of a store'))
    .option('--json', 'print the records as JSON')
    .action(async (flags: StoreFlags & { json?: true }) => {
      const { listKeys } = await import('../keys/list-keys.js')
      await listKeys(flags, run)
    })
  addChanges(keys, run)
}
