import { headerLineCases } from './cases/header-lines.js'
import { testCases } from './test-cases.js'

testCases(headerLineCases)
