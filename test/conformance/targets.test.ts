import { targetCases } from './cases/targets.js'
import { testCases } from './test-cases.js'

testCases(targetCases)
