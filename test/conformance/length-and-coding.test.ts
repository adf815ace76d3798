import { lengthAndCodingCases } from './cases/length-and-coding.js'
import { testCases } from './test-cases.js'

testCases(lengthAndCodingCases)
