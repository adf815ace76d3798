import { readFileSync, writeFileSync } from 'node:fs'

const folder = new URL('../../../generator/client/runtime/', import.meta.url)

const NOTES = `// The source of a file of every client, as text: written by test/generator/client/update-runtime-text.ts, held by a test.
// biome-ignore-all format: one line of text a line
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the text has templates of its own`

/** A source file of the client's runtime, and the module that carries it as text. */
export const TEXT_MODULES = [
  { source: 'call.ts', module: 'call-text.ts', name: 'CALL_TEXT' },
  { source: 'client-runtime.ts', module: 'client-runtime-text.ts', name: 'CLIENT_RUNTIME_TEXT' },
] as const

type TextModule = (typeof TEXT_MODULES)[number]

/** The module as it has to be for its source as that is. */
export function printTextModule({ source, name }: TextModule): string {
  const lines = readFileSync(new URL(source, folder), 'utf8').split('\n')
  const items = lines.map((line) => `  ${JSON.stringify(line)},\n`)
  return `${NOTES}\n\n/** The text of ${source}. */\nexport const ${name}: string = [\n${items.join('')}].join('\\n')\n`
}

/** The module as it is. */
export function readTextModule({ module }: TextModule): string {
  return readFileSync(new URL(module, folder), 'utf8')
}

/** Rewrites the modules after a change of their sources. */
export function updateRuntimeText(): void {
  for (const item of TEXT_MODULES) writeFileSync(new URL(item.module, folder), printTextModule(item))
}
