import type { PurgeTimes } from '../cache/purge-times.js'
import type { MirrorBoard } from '../mirror/mirror-board.js'
import type { Resources } from '../resources.js'
import type { AdminActions } from './admin-server.js'

/** What the admin listener reaches of the resources that compilers keep; nothing of those that the config has no use for. */
export function keptSources(resources: Resources): Pick<AdminActions, 'purge' | 'mirrors'> {
  return {
    purge: (tag) => resources.peek<PurgeTimes>('cache:purges')?.purge(tag),
    mirrors: () => resources.peek<MirrorBoard>('mirrors')?.report(),
  }
}
