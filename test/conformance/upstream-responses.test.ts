import { upstreamResponseCases } from './cases/upstream-responses.js'
import { testCases } from './test-cases.js'

testCases(upstreamResponseCases)
