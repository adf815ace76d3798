import { existsSync } from 'node:fs'
import * as nodeModule from 'node:module'
import { join } from 'node:path'

/**
 * From Node 22.8 on: keeps the compiled code of what is loaded from now on in the project's cache folder, for the next
 * start. Does nothing in a project without `node_modules`, or where that cannot be written.
 */
export function useCompileCache(cwd: string): void {
  const { enableCompileCache } = nodeModule as { enableCompileCache?: (folder: string) => unknown }
  const modules = join(cwd, 'node_modules')
  // Not the system's temporary folder, Node's own choice: other users of the machine can put files there.
  if (enableCompileCache && existsSync(modules)) enableCompileCache(join(modules, '.cache', 'gatewright', 'compiled'))
}
