import { once } from 'node:events'
import { parseArgs } from 'node:util'
import { createGateway } from 'gatewright/runtime'
import config from './gateway.config.js'
import { createProjectService } from './service.js'
import { playSession } from './session.js'
import { settings } from './settings.js'

/** Exit code: 0 if the session's checks held, else 1. */
async function main(stay: boolean): Promise<number> {
  const service = createProjectService().listen(settings.servicePort, '127.0.0.1')
  await once(service, 'listening')
  const gateway = createGateway(config)
  try {
    await gateway.start()
    console.log(`The gateway listens on ${gateway.url}, its keys and counters are in ${new URL(settings.redisUrl).host}.`)
    const held = await playSession(console.log)
    if (stay) {
      console.log('\nThe gateway stays open; Ctrl-C closes it.')
      await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')])
    }
    return held ? 0 : 1
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    return 1
  } finally {
    await gateway.stop({ now: true })
    service.close()
    service.closeAllConnections()
  }
}

const { once: single } = parseArgs({ options: { once: { type: 'boolean', default: false } } }).values
process.exit(await main(!single))
