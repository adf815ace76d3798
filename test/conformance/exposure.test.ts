import { exposureCases } from './cases/exposure.js'
import { testCases } from './test-cases.js'

testCases(exposureCases)
