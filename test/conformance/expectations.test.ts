import { expectationCases } from './cases/expectations.js'
import { testCases } from './test-cases.js'

testCases(expectationCases)
