import test from 'ava'
import { parse } from 'yaml'
import { readGoldens } from '../../helpers/golden.js'
import { lintOpenApi } from '../../helpers/lint-openapi.js'
import { openApiGoldens } from './goldens.js'

const { folder, files } = openApiGoldens()
const stored = readGoldens(folder)

test('the stored documents are those of the cases, no more and no fewer', (t) => {
  t.deepEqual([...stored.keys()], [...files.keys()])
})

for (const [path, text] of files) {
  test(`${path} is emitted byte for byte as stored (npm run golden rewrites it)`, (t) => {
    t.is(text, stored.get(path) ?? 'nothing stored')
  })
  if (path.endsWith('.json'))
    test(`${path} is clean for Redocly and Spectral`, async (t) => {
      t.deepEqual(await lintOpenApi(text), [])
    })
}

test('emitting again gives the same bytes', (t) => {
  t.deepEqual(openApiGoldens().files, files)
})

test('JSON and YAML say the same, and end with one newline', (t) => {
  for (const [path, text] of files) {
    t.regex(text, /[^\n]\n$/)
    t.notRegex(text, /\r/)
    if (path.endsWith('.yaml')) t.deepEqual(parse(text), JSON.parse(files.get(path.replace('.yaml', '.json'))!))
  }
})

test('both linters do find fault with a careless document', async (t) => {
  const careless = { openapi: '3.1.0', info: { title: 'x', version: '1' }, paths: { '/a/': { get: { responses: {} } } } }
  const findings = await lintOpenApi(JSON.stringify(careless))
  t.true(findings.some((finding) => finding.startsWith('redocly ')))
  t.true(findings.some((finding) => finding.startsWith('spectral ')))
})
