import { execFile } from 'node:child_process'
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import type { ExecutionContext } from 'ava'
import { emitClient } from 'gatewright/generator'

const root = fileURLToPath(new URL('../../', import.meta.url))
const calls = fileURLToPath(new URL('../fixtures/round-trip/calls.ts.txt', import.meta.url))

const COMPILERS = { 'TypeScript 6': 'node_modules/typescript-6/bin/tsc', 'TypeScript 7': 'node_modules/typescript/bin/tsc' }

const TSCONFIG = {
  compilerOptions: {
    target: 'ES2023',
    lib: ['ES2023'],
    types: ['node'],
    typeRoots: [join(root, 'node_modules/@types')],
    module: 'NodeNext',
    moduleResolution: 'NodeNext',
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    noPropertyAccessFromIndexSignature: true,
    noImplicitReturns: true,
    noUnusedLocals: true,
    noUnusedParameters: true,
    verbatimModuleSyntax: true,
    isolatedDeclarations: true,
    declaration: true,
    noEmit: true,
  },
  include: ['calls.ts', 'client/*.ts'],
}

/** What a call of a generated client comes to, whatever the operation. */
export interface AnyResult {
  readonly ok: boolean
  readonly status: number
  readonly kind?: string
  readonly data?: unknown
  readonly error?: unknown
  readonly retryAfter?: number
}

type Calls = Readonly<Record<string, (api: unknown, options?: object) => Promise<AnyResult>>>

/** The generated client and the calls that were compiled with it. */
export interface GeneratedClient {
  createClient(options: object): unknown
  readonly valid: Calls
  readonly invalid: Calls
  readonly tooLarge: Calls
}

/** Writes a document's client and the calls to a folder of their own; removed with the test. */
export async function writeClient(t: ExecutionContext, document: Parameters<typeof emitClient>[0]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'round-trip-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  await mkdir(join(folder, 'client'))
  for (const [file, text] of emitClient(document)) await writeFile(join(folder, 'client', file), text)
  await copyFile(calls, join(folder, 'calls.ts'))
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }')
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(TSCONFIG))
  return folder
}

/** Compiles a folder with each compiler in turn; what they object to, by compiler. */
export async function compileClient(folder: string): Promise<Readonly<Record<string, string>>> {
  const outputs: Record<string, string> = {}
  for (const [name, bin] of Object.entries(COMPILERS)) {
    const run = promisify(execFile)(process.execPath, [join(root, bin), '-p', folder], { cwd: root })
    outputs[name] = await run.then(
      () => '',
      (error: { stdout: string; message: string }) => error.stdout || error.message,
    )
  }
  return outputs
}

export async function importClient(folder: string): Promise<GeneratedClient> {
  const load = (file: string) => import(pathToFileURL(join(folder, file)).href)
  const [{ createClient }, { valid, invalid, tooLarge }] = await Promise.all([load('client/index.ts'), load('calls.ts')])
  return { createClient, valid, invalid, tooLarge }
}
