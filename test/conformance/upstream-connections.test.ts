import { upstreamConnectionCases } from './cases/upstream-connections.js'
import { testCases } from './test-cases.js'

testCases(upstreamConnectionCases)
