import type { Command } from 'commander'
import { usageError } from './usage-error.js'

/** Where to listen, over what the config says. */
export interface ListenOptions {
  readonly host?: string
  readonly port?: number
  readonly adminPort?: number
}

/** How `dev` runs a gateway. */
export interface DevOptions extends ListenOptions {
  /** Answers every route without its upstream. */
  readonly mock?: boolean
}

function portOf(flag: string): (text: string) => number {
  return (text) => {
    const port = Number(text)
    if (!/^\d+$/.test(text) || port > 65_535)
      throw usageError(`${flag}: expected a port from 0 to 65535, got "${text}"`, '0 takes a free one')
    return port
  }
}

function hostOf(text: string): string {
  if (!/^[\w.:-]+$/.test(text))
    throw usageError(`--host: expected an address or a host name, got "${text}"`, 'write for example 127.0.0.1 or ::')
  return text
}

/** Adds `--host`, `--port` and `--admin-port`. */
export function listenOptions(command: Command, defaultHost?: string): Command {
  return command
    .option('--host <address>', 'the address to listen on, over `server.host`', hostOf, defaultHost)
    .option('-p, --port <number>', 'the port to listen on, over `server.port`; 0 takes a free one', portOf('--port'))
    .option('--admin-port <number>', 'the port of the admin listener, over `admin.port`', portOf('--admin-port'))
}
