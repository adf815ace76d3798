// `npm run docs`: writes the generated pages and removes those whose subject is gone.
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { emitDocs } from './emit-docs.js'

const root = fileURLToPath(new URL('../..', import.meta.url))
const docs = join(root, 'docs')
const pages = await emitDocs(root)
const current = new Set(pages.map(({ path }) => path))

for (const folder of ['policies', 'problems', 'config-errors']) {
  const present = await readdir(join(docs, folder)).catch(() => [])
  for (const file of present) if (!current.has(`${folder}/${file}`)) await rm(join(docs, folder, file))
}
for (const { path, text } of pages) {
  await mkdir(dirname(join(docs, path)), { recursive: true })
  await writeFile(join(docs, path), text)
}
console.log(`${pages.length} pages in docs/`)
