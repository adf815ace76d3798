import { hostCases } from './cases/host.js'
import { testCases } from './test-cases.js'

testCases(hostCases)
