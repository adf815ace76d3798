import { streamingCases } from './cases/streaming.js'
import { testCases } from './test-cases.js'

testCases(streamingCases)
