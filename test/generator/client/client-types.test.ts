import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import test from 'ava'

const root = fileURLToPath(new URL('../../../', import.meta.url))

const COMPILERS = { 'TypeScript 6': 'node_modules/typescript-6/bin/tsc', 'TypeScript 7': 'node_modules/typescript/bin/tsc' }
const GLOBALS = { 'the DOM’s globals': 'tsconfig.dom.json', 'Node’s globals': 'tsconfig.node.json' }

// One after the other: a compiler takes a core and a lot of memory.
for (const [compiler, bin] of Object.entries(COMPILERS)) {
  for (const [globals, config] of Object.entries(GLOBALS)) {
    test.serial(`every golden client compiles strictly, and its results narrow, with ${compiler} and ${globals}`, async (t) => {
      const run = promisify(execFile)(process.execPath, [bin, '-p', `test/generator/client/types/${config}`], { cwd: root })
      const output = await run.then(
        () => '',
        (error: { stdout: string; message: string }) => error.stdout || error.message,
      )
      t.is(output, '')
    })
  }
}
