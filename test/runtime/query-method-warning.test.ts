import test from 'ava'
import { queryMethodWarning } from '../../runtime/query-method-warning.js'

test('QUERY routes on a Node without QUERY are warned of', (t) => {
  t.regex(queryMethodWarning([{ method: 'QUERY' }], ['GET']) ?? '', /does not know the method QUERY/)
  t.is(queryMethodWarning([{ method: 'QUERY' }], ['GET', 'QUERY']), undefined)
  t.is(queryMethodWarning([{ method: '*' }], ['GET']), undefined)
})
