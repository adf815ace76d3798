import { overloadCases } from './cases/overload.js'
import { testCases } from './test-cases.js'

testCases(overloadCases)
