// The gateway.

import { runGateway } from '../harness/run-gateway.js'

await runGateway('direct')
