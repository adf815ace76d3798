import type { SourceFileStructure, StatementStructures } from 'ts-morph'
import { StructureKind, VariableDeclarationKind } from 'ts-morph'
import type { ClientNames, OperationNames } from './client-names.js'
import { docOfOperation, docsOf } from './docs.js'
import type { DocumentReader } from './document-reader.js'
import { anchorLines } from './layout.js'
import type { ClientOperation } from './operation.js'
import { inputParts } from './operation-input.js'
import { printResult } from './print-result.js'
import { quote } from './quote.js'
import { TypeScope } from './type-scope.js'

const READERS = ['json', 'problem', 'text', 'blob', 'empty', 'any'] as const

function inputOf(operation: ClientOperation, { input: name, value }: OperationNames, scope: TypeScope): StatementStructures {
  const docs = [`What {@link ${value}} takes.`]
  const parts = inputParts(operation, scope)
  if (parts.length === 0)
    return { kind: StructureKind.TypeAlias, name, isExported: true, leadingTrivia: '\n', docs, type: scope.use('NoInput') }
  const properties = parts.map((part) => ({ name: part.name, type: anchorLines(part.type), hasQuestionToken: !part.required }))
  return { kind: StructureKind.Interface, name, isExported: true, docs, properties }
}

function printDescriptor(operation: ClientOperation): string {
  const lists = READERS.flatMap((reader) => {
    const statuses = operation.responses.filter((response) => response.reader === reader).map((response) => response.status)
    return statuses.length === 0 ? [] : [`${reader}: [${[...new Set(statuses)].join(', ')}]`]
  })
  const auth = operation.auth.map((names) => (names.length === 1 ? quote(names[0] as string) : `[${names.map(quote).join(', ')}]`))
  const media = operation.body?.media
  const once = operation.parameters.find((parameter) => parameter.once)
  const fields = [
    `method: ${quote(operation.method)}`,
    `path: ${quote(operation.path)}`,
    ...(media === undefined ? [] : [`send: ${quote(media.includes('*') ? 'application/octet-stream' : media)}`]),
    ...lists,
    ...(once === undefined ? [] : [`once: ${quote(once.name)}`]),
    ...(auth.length === 0 ? [] : [`auth: [${auth.join(', ')}]`]),
  ]
  return `{\n${fields.map((field) => `  ${field},\n`).join('')}}`
}

function statementsOf(
  operation: ClientOperation,
  names: OperationNames,
  problems: ReadonlySet<string>,
  scope: TypeScope,
): StatementStructures[] {
  const resultDocs = [`What {@link ${names.value}} comes to.`]
  const result = printResult(operation, problems, scope)
  return [
    inputOf(operation, names, scope),
    {
      kind: StructureKind.TypeAlias,
      name: names.result,
      isExported: true,
      leadingTrivia: '\n',
      docs: resultDocs,
      type: anchorLines(result),
    },
    {
      kind: StructureKind.VariableStatement,
      declarationKind: VariableDeclarationKind.Const,
      isExported: true,
      leadingTrivia: '\n',
      docs: docsOf(docOfOperation(operation)),
      declarations: [
        {
          name: names.value,
          type: `${scope.use('Operation')}<${names.input}, ${names.result}>`,
          initializer: anchorLines(printDescriptor(operation)),
        },
      ],
    },
  ]
}

/** Prints the operations of one tag: the types of each, and the descriptor that a caller runs. */
export function emitOperations(
  operations: readonly ClientOperation[],
  problems: ReadonlySet<string>,
  names: ClientNames,
  reader: DocumentReader,
): SourceFileStructure {
  const scope = new TypeScope(names, reader)
  const statements = operations.flatMap((operation) =>
    statementsOf(operation, names.operations.get(operation.id) as OperationNames, problems, scope),
  )
  return { kind: StructureKind.SourceFile, statements: [...scope.imports(), ...statements] }
}
