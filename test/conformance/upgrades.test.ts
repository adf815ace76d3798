import { upgradeCases } from './cases/upgrades.js'
import { testCases } from './test-cases.js'

testCases(upgradeCases)
