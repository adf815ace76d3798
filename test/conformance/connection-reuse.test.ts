import { connectionReuseCases } from './cases/connection-reuse.js'
import { testCases } from './test-cases.js'

testCases(connectionReuseCases)
