import { slowClientCases } from './cases/slow-clients.js'
import { testCases } from './test-cases.js'

testCases(slowClientCases)
