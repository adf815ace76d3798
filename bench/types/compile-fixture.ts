import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** What one run of a compiler cost. */
export interface CompileCost {
  readonly instantiations: number
  readonly types: number
  readonly checkSeconds: number
  readonly totalSeconds: number
  readonly memoryMb: number
}

const run = promisify(execFile)

const COMPILER_OPTIONS = {
  target: 'ES2023',
  lib: ['ES2023'],
  module: 'NodeNext',
  moduleResolution: 'NodeNext',
  strict: true,
  exactOptionalPropertyTypes: true,
  skipLibCheck: true,
  types: [],
  noEmit: true,
}

function read(output: string, label: string): number {
  const value = new RegExp(`^${label}:\\s+([\\d.]+)`, 'm').exec(output)?.[1]
  if (value === undefined) throw new Error(`the compiler printed no "${label}":\n${output}`)
  return Number(value)
}

/** Compiles `text` as a user's project that has gatewright installed: against the built declarations. Rejects on any type error. */
export async function compileFixture(root: string, compiler: string, text: string): Promise<CompileCost> {
  const folder = await mkdtemp(join(tmpdir(), 'gatewright-bench-'))
  try {
    await mkdir(join(folder, 'node_modules'))
    await symlink(root, join(folder, 'node_modules', 'gatewright'))
    await symlink(join(root, 'node_modules', 'zod'), join(folder, 'node_modules', 'zod'))
    await writeFile(join(folder, 'package.json'), '{ "type": "module" }')
    await writeFile(join(folder, 'gateway.config.ts'), text)
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: COMPILER_OPTIONS, files: ['gateway.config.ts'] }))
    const { stdout } = await run(process.execPath, [join(root, compiler), '-p', folder, '--extendedDiagnostics', '--pretty', 'false'], {
      maxBuffer: 64 * 1024 * 1024,
    }).catch((error: { stdout: string }) => {
      throw new Error(`the fixture does not compile:\n${error.stdout.slice(0, 2_000)}`)
    })
    return {
      instantiations: read(stdout, 'Instantiations'),
      types: read(stdout, 'Types'),
      checkSeconds: read(stdout, 'Check time'),
      totalSeconds: read(stdout, 'Total time'),
      memoryMb: Math.round(read(stdout, 'Memory used') / 1_024),
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
