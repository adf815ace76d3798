import { configTemplate } from './config-template.js'
import { readmeTemplate } from './readme-template.js'
import { serviceTemplate, startTemplate } from './service-template.js'
import { testTemplate } from './test-template.js'

/** What a new project depends on, as npm writes it. */
export interface ProjectVersions {
  readonly gatewright: string
  readonly zod: string
  readonly typescript: string
}

function packageJson(name: string, { gatewright, zod, typescript }: ProjectVersions): object {
  return {
    name,
    version: '0.1.0',
    private: true,
    type: 'module',
    engines: { node: '>=20.19' },
    scripts: {
      start: 'node start.mjs',
      test: 'tsc && gatewright check && node --test',
      build: 'gatewright build',
      generate: 'gatewright generate',
    },
    dependencies: { gatewright, zod },
    devDependencies: { typescript },
  }
}

const tsconfig = {
  compilerOptions: {
    target: 'ES2023',
    lib: ['ES2023'],
    module: 'NodeNext',
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    skipLibCheck: true,
    types: [],
    noEmit: true,
  },
  include: ['gateway.config.ts'],
}

const json = (value: object) => `${JSON.stringify(value, null, 2)}\n`

/** `my-gateway` as a title: `My gateway`. */
function titleOf(name: string): string {
  const words = name.replace(/[-._]+/g, ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** The files of a new project, by path. */
export function projectFiles(name: string, versions: ProjectVersions): ReadonlyMap<string, string> {
  return new Map([
    ['package.json', json(packageJson(name, versions))],
    ['gateway.config.ts', configTemplate(titleOf(name))],
    ['tsconfig.json', json(tsconfig)],
    ['service.mjs', serviceTemplate],
    ['start.mjs', startTemplate],
    ['gateway.test.mjs', testTemplate],
    ['README.md', readmeTemplate(titleOf(name))],
    ['.gitignore', 'node_modules\ndist\n.env.local\n'],
  ])
}
