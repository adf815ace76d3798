import { fieldValueCases } from './cases/field-values.js'
import { testCases } from './test-cases.js'

testCases(fieldValueCases)
