import type { ImportDeclarationStructure, SourceFileStructure, StatementStructures } from 'ts-morph'
import { StructureKind } from 'ts-morph'
import type { ClientNames, OperationNames } from './client-names.js'
import { docOfOperation, docsOf } from './docs.js'
import { anchorLines } from './layout.js'
import { NamePool } from './names.js'
import type { ClientOperation } from './operation.js'
import { needsInput } from './operation-input.js'
import { type OperationTree, treeOf } from './operation-tree.js'
import { escapeDoc, printDoc, quote, quoteKey, quoteMember } from './quote.js'
import type { ClientCredential } from './read-security.js'

/** What the index file of a client is made of. */
export interface IndexParts {
  readonly title: string
  readonly operations: readonly ClientOperation[]
  readonly credentials: readonly ClientCredential[]
  readonly names: ClientNames
}

type NamesOf = (operation: ClientOperation) => OperationNames

const CONNECT_OPTIONS = ['baseUrl', 'headers', 'timeout', 'retries', 'redirect', 'fetch', 'wait', 'random']

function printCall(operation: ClientOperation, namesOf: NamesOf): string {
  const { input, result } = namesOf(operation)
  return `(input${needsInput(operation) ? '' : '?'}: ${input}, options?: CallOptions) => Call<${result}>`
}

function printGroup(tree: OperationTree, namesOf: NamesOf, indent: string): string {
  const inner = `${indent}  `
  const lines = [...tree].map(([key, node]) => {
    const name = `readonly ${quoteMember(key)}`
    if (!('id' in node)) return `${inner}${name}: ${printGroup(node, namesOf, inner)};\n`
    return `${inner}${printDoc(docOfOperation(node), inner)}${name}: ${printCall(node, namesOf)};\n`
  })
  return `{\n${lines.join('')}${indent}}`
}

function apiOf(tree: OperationTree, { names, title }: IndexParts, namesOf: NamesOf): StatementStructures {
  return {
    kind: StructureKind.Interface,
    name: names.api,
    isExported: true,
    docs: [escapeDoc(`Every operation of ${title}.`).replaceAll('\n', ' ')],
    properties: [...tree].map(([key, node]) => ({
      name: quoteMember(key),
      isReadonly: true,
      docs: 'id' in node ? docsOf(docOfOperation(node)) : [],
      type: 'id' in node ? printCall(node, namesOf) : anchorLines(printGroup(node, namesOf, '  ')),
    })),
  }
}

function printCalls(tree: OperationTree, namesOf: NamesOf, indent: string): string {
  const inner = `${indent}  `
  const lines = [...tree].map(([key, node]) => {
    if (!('id' in node)) return `${inner}${quoteKey(key)}: ${printCalls(node, namesOf, inner)},\n`
    return `${inner}${quoteKey(key)}: (input, options) => call(${namesOf(node).value}, input, options),\n`
  })
  return `{\n${lines.join('')}${indent}}`
}

function importsOf({ operations, credentials, names }: IndexParts, namesOf: NamesOf): ImportDeclarationStructure[] {
  const kind = StructureKind.ImportDeclaration
  const forCalls = operations.length > 0 ? ['type Call', 'type CallOptions'] : []
  const forSecrets = credentials.some(({ kind }) => kind === 'secret') ? ['type Credential'] : []
  const forLogins = credentials.some(({ kind }) => kind === 'basic') ? ['encodeLogin', 'type Login'] : []
  const fromRuntime = [...forCalls, 'type Caller', 'type ConnectOptions', 'createCaller', ...forSecrets, ...forLogins]
  const files = [...names.files].map(([tag, file]): ImportDeclarationStructure => {
    const own = operations.filter((operation) => operation.tag === tag).map(namesOf)
    const namedImports = own.flatMap(({ value, input, result }) => [value, `type ${input}`, `type ${result}`])
    return { kind, moduleSpecifier: `./${file}.js`, namedImports }
  })
  return [...files, { kind, moduleSpecifier: './runtime.js', namedImports: fromRuntime }]
}

function exportsOf(names: ClientNames): StatementStructures[] {
  const kind = StructureKind.ExportDeclaration
  const files = ['runtime', ...names.files.values()].map((file) => ({ kind, moduleSpecifier: `./${file}.js` }) as const)
  return [{ kind, moduleSpecifier: './types.js', isTypeOnly: true, leadingTrivia: '\n' }, ...files]
}

function connectOf(credentials: readonly ClientCredential[]): StatementStructures[] {
  const pool = new NamePool(CONNECT_OPTIONS)
  const options = credentials.map((credential) => ({ ...credential, option: pool.take(credential.scheme) }))
  const lines = options.map(({ scheme, kind, header, prefix, option }) => {
    const given = quoteMember(option) === option ? `options.${option}` : `options[${quote(option)}]`
    const secret = kind === 'basic' ? `encodeLogin(${given})` : given
    // For a name that every object has, such as `constructor`, the compiler looks there for the type, and would take the tuple for a list.
    const isInherited = scheme in Object.prototype
    return `  ${quoteKey(scheme)}: [${quote(header)}, ${quote(prefix)}, ${secret}]${isInherited ? ' as const' : ''},\n`
  })
  return [
    {
      kind: StructureKind.Interface,
      name: 'ClientOptions',
      isExported: true,
      docs: ['Where the gateway is, and who calls it.'],
      extends: ['ConnectOptions'],
      properties: options.map(({ option, kind, doc }) => ({
        name: quoteMember(option),
        isReadonly: true,
        hasQuestionToken: true,
        type: kind === 'basic' ? 'Login | undefined' : 'Credential | undefined',
        docs: docsOf(doc),
      })),
    },
    {
      kind: StructureKind.Function,
      name: 'connect',
      isExported: true,
      docs: ['Makes a function that calls single operations, so that a bundler can drop the others: `call(operation, input)`.'],
      parameters: [{ name: 'options', type: 'ClientOptions' }],
      returnType: 'Caller',
      statements: lines.length === 0 ? 'return createCaller(options);' : `return createCaller(options, {\n${lines.join('')}});`,
    },
  ]
}

/** Prints the file that users import: the client with every operation at its key path. */
export function emitIndex(parts: IndexParts): SourceFileStructure {
  const { names, operations, credentials } = parts
  const namesOf: NamesOf = ({ id }) => names.operations.get(id) as OperationNames
  const tree = treeOf(operations)
  const bind = operations.length > 0 ? 'const call = ' : ''
  return {
    kind: StructureKind.SourceFile,
    statements: [
      ...importsOf(parts, namesOf),
      ...exportsOf(names),
      ...connectOf(credentials),
      apiOf(tree, parts, namesOf),
      {
        kind: StructureKind.Function,
        name: 'createClient',
        isExported: true,
        docs: ['Makes a client. Nothing is sent before a call.'],
        parameters: [{ name: 'options', type: 'ClientOptions' }],
        returnType: names.api,
        statements: `${bind}connect(options);\nreturn ${printCalls(tree, namesOf, '')};`,
      },
    ],
  }
}
