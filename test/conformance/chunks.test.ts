import { chunkCases } from './cases/chunks.js'
import { testCases } from './test-cases.js'

testCases(chunkCases)
