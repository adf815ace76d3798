import pico from 'picocolors'
import { runCli } from '../../generator/cli/run-cli.js'

/** Runs the command line without a process of its own; for what needs no signals, variables or working directory. */
export async function runInProcess(args: readonly string[], cwd: string, input = '') {
  let stdout = ''
  let stderr = ''
  const code = await runCli(args, {
    cwd,
    colors: pico.createColors(false),
    print: (text) => {
      stdout += text
    },
    note: (text) => {
      stderr += text
    },
    read: () => Promise.resolve(input),
    exitCode: 0,
    sources: undefined,
  })
  return { code, stdout, stderr }
}
