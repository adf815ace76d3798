import test from 'ava'
import { connectionsThatFit, openFileLimit, openFilesWarning } from '../../runtime/edge/open-files.js'

test('half of the descriptors that are left are for clients, the other half for upstreams', (t) => {
  t.is(connectionsThatFit(10_000, 1_048_576), 10_000)
  t.is(connectionsThatFit(10_000, 4_096), 2_016)
  t.is(connectionsThatFit(100, 4_096), 100)
  t.is(connectionsThatFit(10_000, 64), 1)
  t.is(connectionsThatFit(10_000, undefined), 10_000)
})

test('a warning says what is held instead of what was asked for, and only then', (t) => {
  t.is(openFilesWarning(2_016, 4_096), undefined)
  t.is(openFilesWarning(10_000, 20_000), undefined)
  t.is(
    openFilesWarning(10_000, 4_096),
    'this process may have 4096 files open (ulimit -n): 2016 client connections are held, not 10000 as in server.limits.connections',
  )
})

test('the limit of this process is read where the system tells it', (t) => {
  const limit = openFileLimit()
  t.true(process.platform === 'linux' ? (limit as number) >= 64 : limit === undefined)
})
