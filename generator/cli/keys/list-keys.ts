import type { CliRun } from '../cli-run.js'
import { needStore, type StoreFlags } from './key-store.js'

/** Prints the records of a store: a table, or JSON. */
export async function listKeys(flags: StoreFlags & { readonly json?: true }, run: CliRun): Promise<void> {
  const keys = await needStore(flags, run.cwd, (store) => store.list())
  if (flags.json) {
    run.print(`${JSON.stringify(keys, null, 2)}\n`)
    return
  }
  const rows = [['ID', 'CONSUMER', 'EXPIRES'], ...keys.map(({ id, consumer, expires }) => [id, consumer, expires ?? '-'])]
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => (row[column] as string).length)))
  for (const row of rows)
    run.print(
      `${row
        .map((cell, column) => cell.padEnd(widths[column] as number))
        .join('  ')
        .trimEnd()}\n`,
    )
}
