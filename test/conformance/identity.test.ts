import { identityCases } from './cases/identity.js'
import { testCases } from './test-cases.js'

testCases(identityCases)
