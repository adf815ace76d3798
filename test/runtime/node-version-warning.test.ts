import test from 'ava'
import { nodeVersionWarning } from '../../runtime/node-version-warning.js'

for (const [version, want] of [
  ['20.20.2', /no longer gets security fixes/],
  ['23.9.0', /no longer gets security fixes/],
  ['22.22.0', /update to 22\.23 or newer/],
  ['24.16.9', /update to 24\.17 or newer/],
] as const)
  test(`warns of Node ${version}`, (t) => {
    t.regex(nodeVersionWarning(version) ?? '', want)
  })

for (const version of ['22.23.0', '24.17.1', '26.3.0', '27.0.0'])
  test(`is silent about Node ${version}`, (t) => {
    t.is(nodeVersionWarning(version), undefined)
  })
