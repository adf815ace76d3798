import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { withFixtureProject } from './fixture-project.js'

/** What one run of a compiler cost. */
export interface CompileCost {
  readonly instantiations: number
  readonly types: number
  readonly checkSeconds: number
  readonly totalSeconds: number
  readonly memoryMb: number
}

const run = promisify(execFile)

function read(output: string, label: string): number {
  const value = new RegExp(`^${label}:\\s+([\\d.]+)`, 'm').exec(output)?.[1]
  if (value === undefined) throw new Error(`the compiler printed no "${label}":\n${output}`)
  return Number(value)
}

/** Compiles `text` as a user's config, against the built declarations. Rejects on any type error. */
export function compileFixture(root: string, compiler: string, text: string): Promise<CompileCost> {
  return withFixtureProject(root, text, async (folder) => {
    const args = [join(root, compiler), '-p', folder, '--extendedDiagnostics', '--pretty', 'false']
    const { stdout } = await run(process.execPath, args, { maxBuffer: 64 * 1_048_576 }).catch((error: { stdout: string }) => {
      throw new Error(`the fixture does not compile:\n${error.stdout.slice(0, 2_000)}`)
    })
    return {
      instantiations: read(stdout, 'Instantiations'),
      types: read(stdout, 'Types'),
      checkSeconds: read(stdout, 'Check time'),
      totalSeconds: read(stdout, 'Total time'),
      memoryMb: Math.round(read(stdout, 'Memory used') / 1_024),
    }
  })
}
