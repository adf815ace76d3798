import test from 'ava'
import { buildConnector, Dispatcher, errors, Pool } from 'undici'
import * as parts from '../../runtime/upstreams/undici.js'

test('the parts of undici that are loaded apart are those of its entry', (t) => {
  t.deepEqual({ ...parts }, { buildConnector, Dispatcher, errors, Pool })
})
