import type { RunningGateway } from '../../runtime/types.js'
import { ConfigError } from '../../sdk/config-error.js'
import { resolveGateway } from '../../sdk/resolve/resolve-gateway.js'
import type { CliRun } from './cli-run.js'
import { counted } from './counted.js'
import type { ListenOptions } from './listen-options.js'
import { ownPackage } from './own-package.js'

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another process listens there',
  EACCES: 'the system does not permit it; ports below 1024 need a privilege',
  EADDRNOTAVAIL: 'this machine does not have that address',
  ENOTFOUND: 'there is no such host',
}

/** Says why an address could not be listened on; undefined for every other error. */
function listenFailure(error: unknown): ConfigError | undefined {
  const { code = '', address, port, hostname } = (error ?? {}) as { code?: string; address?: string; port?: number; hostname?: string }
  const reason = REASONS[code]
  if (reason === undefined) return undefined
  const place = [address ?? hostname, port].filter((part) => part !== undefined).join(':')
  const hint = 'choose another with --port, --admin-port or --host'
  return new ConfigError([{ code: 'GW1905', path: [], message: `cannot listen on ${place}: ${reason}`, hint }])
}

/**
 * Starts a gateway and says where it listens.
 * @throws ConfigError if the config is invalid, or GW1905 if it cannot listen.
 */
export async function startGateway(run: CliRun, from: string, gateway: unknown, listen: ListenOptions): Promise<RunningGateway> {
  const { routes } = resolveGateway(gateway)
  const { createGateway } = await import('../../runtime/index.js')
  const running = await createGateway(gateway, { host: listen.host, port: listen.port, adminPort: listen.adminPort })
  try {
    await running.start()
  } catch (error) {
    // One of two listeners may be open already.
    await running.stop({ now: true }).catch(() => false)
    throw listenFailure(error) ?? error
  }
  const { bold, cyan, dim } = run.colors
  run.note(`${bold('gatewright')} ${dim(ownPackage().version)}  ${from}, ${counted(routes.length, 'route')}\n`)
  run.note(`  gateway  ${cyan(running.url)}\n`)
  if (running.adminUrl !== '') run.note(`  admin    ${cyan(running.adminUrl)}\n`)
  return running
}
