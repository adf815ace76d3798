import { brokenUpstreamCases } from './cases/broken-upstream.js'
import { testCases } from './test-cases.js'

testCases(brokenUpstreamCases)
