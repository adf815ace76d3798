import { slowUpstreamCases } from './cases/slow-upstream.js'
import { testCases } from './test-cases.js'

testCases(slowUpstreamCases)
