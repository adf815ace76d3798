import test from 'ava'
import { ConfigError } from 'gatewright'
import { checkProcessFlags } from '../../runtime/check-process-flags.js'

const refused: readonly (readonly [readonly string[], string | undefined])[] = [
  [['--insecure-http-parser'], undefined],
  [['--import=tsx/esm', '--insecure_http_parser'], ''],
  [[], '--max-old-space-size=100 --insecure-http-parser'],
  [[], '"--insecure-http-parser"'],
]
for (const [execArgv, nodeOptions] of refused)
  test(`refuses ${execArgv.join(' ')} with NODE_OPTIONS ${nodeOptions}`, (t) => {
    const error = t.throws(() => checkProcessFlags(execArgv, nodeOptions), { instanceOf: ConfigError })
    t.is(error.issues[0]?.code, 'GW1906')
  })

for (const [execArgv, nodeOptions] of [
  [[], undefined],
  [['--import=tsx/esm'], '--max-http-header-size=1'],
  [[], '--no-insecure-http-parser'],
] as const)
  test(`runs with ${execArgv.join(' ')} and NODE_OPTIONS ${nodeOptions}`, (t) => {
    t.notThrows(() => checkProcessFlags(execArgv, nodeOptions))
  })
