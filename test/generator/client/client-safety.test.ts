import test from 'ava'
import fc from 'fast-check'
import type { OpenAPIV3_1 } from 'openapi-types'
import { Project, ScriptTarget, SyntaxKind, ts } from 'ts-morph'
import { emitClient } from '../../../generator/client/emit-client.js'
import { escapeDoc, printDoc, quote, quoteKey } from '../../../generator/client/quote.js'

const FRAGMENTS = [
  '*/',
  '/*',
  '//',
  '\n',
  '\r',
  '\r\n',
  '\u2028',
  '\u2029',
  "'",
  '"',
  '`',
  '\\',
  '\\\\',
  '${',
  '}',
  '{',
  ')',
  ';',
  '|',
  '&',
  '<',
  '>',
  '=>',
  '@',
  '\n@',
  '@ts-ignore',
  '@ts-expect-error',
  '@ts-nocheck',
  '@deprecated',
  '{@link',
  '/// <reference',
  '</script>',
  '\0',
  '\f',
  '\v',
  '\ufeff',
  '\ud800',
  '\udc00',
  '__proto__',
  'constructor',
  'new',
  'default',
  'export const pwned = 1',
  'any',
  'string',
  'Promise',
  'Blob',
  ' ',
  'é',
  '-',
  '/',
  '~1',
  '#',
  '?',
  '[key: string]',
]

const nasty = fc.oneof(
  fc.array(fc.constantFrom(...FRAGMENTS), { maxLength: 8 }).map((parts) => parts.join('')),
  fc.string({ unit: 'binary', maxLength: 12 }),
)
const name = nasty.filter((text) => text !== '')

const leaf = fc.oneof(
  fc.record({ type: fc.constant('string'), description: nasty, default: nasty }),
  fc.record({ enum: fc.array(nasty, { minLength: 1, maxLength: 3 }), deprecated: fc.boolean() }),
  fc.record({ const: fc.jsonValue({ maxDepth: 2 }) }),
  fc.constantFrom({}, { not: {} }, { type: ['integer', 'null'] }, { type: 'array', items: {} }),
)

const { schema } = fc.letrec<{ schema: object }>((tie) => ({
  schema: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    leaf,
    fc.record({
      type: fc.constant('object'),
      properties: fc.dictionary(name, tie('schema'), { maxKeys: 3 }),
      required: fc.array(name, { maxLength: 2 }),
      additionalProperties: fc.oneof(fc.boolean(), tie('schema')),
      description: nasty,
    }),
    fc.record({ oneOf: fc.array(tie('schema'), { minLength: 1, maxLength: 3 }) }),
    fc.record({ allOf: fc.array(tie('schema'), { minLength: 1, maxLength: 3 }) }),
    fc.record({ type: fc.constant('array'), items: tie('schema') }),
    fc.record({ prefixItems: fc.array(tie('schema'), { maxLength: 2 }), items: tie('schema') }),
  ),
}))

const operation = fc.record({
  id: name,
  tags: fc.array(nasty, { maxLength: 1 }),
  summary: nasty,
  description: nasty,
  deprecated: fc.boolean(),
  parameters: fc.uniqueArray(
    fc.record({ name, in: fc.constantFrom('path', 'query', 'header', 'cookie'), description: nasty, required: fc.boolean(), schema }),
    { maxLength: 3, selector: (parameter) => parameter.in + parameter.name },
  ),
  requestBody: fc.record({
    content: fc.dictionary(fc.oneof(name, fc.constant('application/json')), fc.record({ schema }), { maxKeys: 2 }),
  }),
  responses: fc.dictionary(
    fc.constantFrom('200', '204', '404', '4XX', 'default'),
    fc.record({
      description: nasty,
      content: fc.dictionary(
        fc.constantFrom('application/json', 'application/problem+json', 'text/plain', '*/*', 'image/png'),
        fc.record({ schema }),
      ),
      'x-problem-codes': fc.array(nasty, { maxLength: 2 }),
    }),
  ),
  security: fc.array(fc.dictionary(name, fc.constant([]), { maxKeys: 2 }), { maxLength: 2 }),
})

const documents = fc
  .record({
    title: nasty,
    operations: fc.uniqueArray(operation, { maxLength: 4, selector: ({ id }) => id }),
    paths: fc.array(nasty, { minLength: 4, maxLength: 4 }),
    schemas: fc.dictionary(nasty, schema, { maxKeys: 4 }),
    schemes: fc.dictionary(name, fc.record({ type: fc.constant('apiKey'), in: fc.constant('header'), name: nasty, description: nasty })),
  })
  .map(({ title, operations, paths, schemas, schemes }) => ({
    operations: operations.length,
    schemas: Object.keys(schemas).length,
    document: {
      openapi: '3.1.0',
      info: { title, version: title },
      paths: Object.fromEntries(
        // A dot would nest one operation in another, which is refused.
        operations.map(({ id, ...rest }, index) => [
          `/${index}${paths[index]}/{id}`,
          { post: { ...rest, operationId: `${index}.${id.replaceAll('.', '')}` } },
        ]),
      ),
      components: { schemas, securitySchemes: schemes },
    } as unknown as OpenAPIV3_1.Document,
  }))

const FIXED = new Set(['call.ts', 'runtime.ts'])
const DECLARED = new Set([SyntaxKind.InterfaceDeclaration, SyntaxKind.TypeAliasDeclaration, SyntaxKind.VariableStatement])
const LINKING = new Set([SyntaxKind.ImportDeclaration, SyntaxKind.ExportDeclaration])

test('whatever the texts of a document are, its client has the declared statements and no other', (t) => {
  t.notThrows(() =>
    fc.assert(
      fc.property(documents, ({ document, operations, schemas }) => {
        let declared = 0
        for (const [file, text] of emitClient(document)) {
          if (FIXED.has(file)) continue
          const parsed = ts.createSourceFile(file, text, ScriptTarget.Latest, true) as ts.SourceFile & { parseDiagnostics: unknown[] }
          if (parsed.parseDiagnostics.length > 0) return false
          const kinds = parsed.statements.map((statement) => statement.kind as number as SyntaxKind).filter((kind) => !LINKING.has(kind))
          if (file === 'index.ts') {
            if (kinds.length !== 4) return false
          } else {
            if (!kinds.every((kind) => DECLARED.has(kind))) return false
            declared += kinds.length
          }
        }
        return declared === schemas + 3 * operations
      }),
      { numRuns: 60 },
    ),
  )
})

function complaintsAbout(document: OpenAPIV3_1.Document): string[] {
  const project = new Project({
    useInMemoryFileSystem: true,
    compilerOptions: {
      strict: true,
      target: ScriptTarget.ES2022,
      lib: ['lib.es2022.d.ts', 'lib.dom.d.ts'],
      skipLibCheck: true,
      module: 99,
      moduleResolution: 100,
    },
  })
  for (const [file, text] of emitClient(document)) project.createSourceFile(file, text)
  return project
    .getPreEmitDiagnostics()
    .map((found) => `${found.getSourceFile()?.getBaseName()}: ${JSON.stringify(found.getMessageText())}`)
}

test('whatever the names of a document are, its client type-checks', (t) => {
  fc.assert(
    fc.property(documents, ({ document }) => {
      t.deepEqual(complaintsAbout(document), [])
    }),
    { numRuns: 3 },
  )
})

test('a credential may have a name that every object has', (t) => {
  const bearer: OpenAPIV3_1.SecuritySchemeObject = { type: 'http', scheme: 'bearer' }
  const securitySchemes = Object.fromEntries(['constructor', 'toString', '__proto__', 'session'].map((name) => [name, bearer]))
  const document = { openapi: '3.1.0', info: { title: 'T', version: '1' }, paths: {}, components: { securitySchemes } }
  t.deepEqual(complaintsAbout(document), [])
})

test('a quoted text is a literal of that text, as a value and as a key', (t) => {
  t.notThrows(() =>
    fc.assert(
      fc.property(nasty, (text) => {
        const value: unknown = new Function(`return ${quote(text)}`)()
        const object: object = new Function(`return { ${quoteKey(text)}: 1 }`)()
        return value === text && Object.getPrototypeOf(object) === Object.prototype && Object.keys(object).join() === text
      }),
    ),
  )
})

test('a documentation comment is one comment, without directives or tags of its text', (t) => {
  t.notThrows(() =>
    fc.assert(
      fc.property(nasty, (text) => {
        const file = ts.createSourceFile('a.ts', `${printDoc(escapeDoc(text), '')}let a = 1`, ScriptTarget.Latest, true)
        const [statement] = file.statements
        const docs = ts.getJSDocCommentsAndTags(statement as ts.Node)
        const directives = (file as unknown as { commentDirectives?: unknown[] }).commentDirectives ?? []
        return (
          file.statements.length === 1 && docs.length <= 1 && ts.getJSDocTags(statement as ts.Node).length === 0 && directives.length === 0
        )
      }),
      { numRuns: 500 },
    ),
  )
})
