import { targetCases } from './cases/target.js'
import { testCases } from './test-cases.js'

testCases(targetCases)
