import { injectionCases } from './cases/injection.js'
import { testCases } from './test-cases.js'

testCases(injectionCases)
