import { createGateway } from 'gatewright/runtime'
import config from './gateway.config.js'
import { createClient } from './generated/client/index.js'
import { type Mood, startServices } from './services.js'

/** Shows the home screen three times: with everything there, with a slow recommender, and for somebody unknown. */
async function main(): Promise<void> {
  const mood: Mood = { slow: false }
  const stop = await startServices(mood)
  const gateway = createGateway(config)
  try {
    await gateway.start()
    const client = createClient({ baseUrl: gateway.url, retries: 0 })
    const show = async (title: string, id: string) => {
      const result = await client.screens.home({ params: { id } })
      if (result.ok) console.log(`${title}: ${JSON.stringify(result.data)}`)
      else console.log(`${title}: ${result.status} ${JSON.stringify('kind' in result ? result.kind : result.error)}`)
    }
    await show('everything', 'ada')
    mood.slow = true
    await show('slow recommender', 'ada')
    await show('unknown', 'bob')
  } finally {
    await gateway.stop({ now: true })
    stop()
  }
}

await main()
