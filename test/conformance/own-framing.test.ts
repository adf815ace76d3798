import { ownFramingCases } from './cases/own-framing.js'
import { testCases } from './test-cases.js'

testCases(ownFramingCases)
