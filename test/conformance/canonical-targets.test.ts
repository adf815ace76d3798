import { canonicalTargetCases } from './cases/canonical-targets.js'
import { testCases } from './test-cases.js'

testCases(canonicalTargetCases)
