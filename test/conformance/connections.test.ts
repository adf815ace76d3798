import { connectionCases } from './cases/connections.js'
import { testCases } from './test-cases.js'

testCases(connectionCases)
