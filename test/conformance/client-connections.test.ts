import { clientConnectionCases } from './cases/client-connections.js'
import { testCases } from './test-cases.js'

testCases(clientConnectionCases)
