import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const TSCONFIG = {
  compilerOptions: {
    target: 'ES2023',
    lib: ['ES2023'],
    module: 'NodeNext',
    moduleResolution: 'NodeNext',
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: true,
    types: [],
    noEmit: true,
  },
  files: ['gateway.config.ts'],
}

/** Runs `use` in a folder that is a user's project with gatewright installed, as built, and `text` for its config. */
export async function withFixtureProject<T>(root: string, text: string, use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'gatewright-bench-'))
  try {
    await mkdir(join(folder, 'node_modules'))
    await symlink(root, join(folder, 'node_modules', 'gatewright'))
    await symlink(join(root, 'node_modules', 'zod'), join(folder, 'node_modules', 'zod'))
    await writeFile(join(folder, 'package.json'), '{ "type": "module" }')
    await writeFile(join(folder, 'gateway.config.ts'), text)
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(TSCONFIG))
    return await use(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
