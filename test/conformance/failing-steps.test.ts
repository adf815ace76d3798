import { failingStepCases } from './cases/failing-steps.js'
import { testCases } from './test-cases.js'

testCases(failingStepCases)
