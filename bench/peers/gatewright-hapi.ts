// The gateway with every route on the hapi lane.

import { runGateway } from '../harness/run-gateway.js'

await runGateway('hapi')
