import { hopByHopCases } from './cases/hop-by-hop.js'
import { testCases } from './test-cases.js'

testCases(hopByHopCases)
