import { earlyAnswerCases } from './cases/early-answers.js'
import { testCases } from './test-cases.js'

testCases(earlyAnswerCases)
