import h2o2 from '@hapi/h2o2'
import type { Plugin, Server } from '@hapi/hapi'

/** Registers h2o2 on `server`, once. */
export async function mountH2o2(server: Server): Promise<void> {
  await server.register({ plugin: h2o2 as unknown as Plugin<void>, once: true })
}
