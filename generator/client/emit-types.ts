import type { SourceFileStructure, StatementStructures } from 'ts-morph'
import { StructureKind } from 'ts-morph'
import type { ClientNames } from './client-names.js'
import { docsOf } from './docs.js'
import type { DocumentReader } from './document-reader.js'
import { anchorLines } from './layout.js'
import { docOf, objectMembers } from './object-members.js'
import { isPlainObject, type JsonSchema, type SchemaObject, schemasInPlace } from './schema.js'
import { componentOf, TypeScope } from './type-scope.js'

export type Schemas = Readonly<Record<string, JsonSchema>>

/** Whether a component is, or may be, itself, with no member between: nothing in TypeScript can say that. */
function containsItself(name: string, schemas: Schemas): boolean {
  const reached = new Set<string>()
  const visit = (schema: JsonSchema | undefined): void => {
    if (typeof schema !== 'object') return
    schemasInPlace(schema).forEach(visit)
    const next = schema.$ref === undefined ? undefined : componentOf(schema.$ref)
    if (next === undefined || reached.has(next) || !Object.hasOwn(schemas, next)) return
    reached.add(next)
    visit(schemas[next])
  }
  visit(schemas[name])
  return reached.has(name)
}

function interfaceOf(name: string, schema: SchemaObject, scope: TypeScope, problem: boolean): StatementStructures {
  const { members, index } = objectMembers(schema, (item) => scope.type(item, '  '))
  const code = problem ? members.find(({ key }) => key.replace('?', '') === 'code') : undefined
  return {
    kind: StructureKind.Interface,
    name,
    isExported: true,
    docs: docsOf(docOf(schema)),
    typeParameters: code ? [{ name: 'Code', constraint: 'string', default: code.type }] : [],
    properties: members.map((member) => ({
      name: member.key.replace(/\?$/, ''),
      hasQuestionToken: member.key.endsWith('?'),
      type: member === code ? 'Code' : anchorLines(member.type),
      docs: docsOf(member.doc),
    })),
    indexSignatures: index === undefined ? [] : [{ keyName: 'key', keyType: 'string', returnType: anchorLines(index) }],
  }
}

/** Prints the components of a document as types. */
export function emitTypes(
  schemas: Schemas,
  problems: ReadonlySet<string>,
  names: ClientNames,
  reader: DocumentReader,
): SourceFileStructure {
  const scope = new TypeScope(names, reader)
  const statements = [...names.components].map(([component, name]): StatementStructures => {
    const schema = schemas[component] as JsonSchema
    if (isPlainObject(schema)) return interfaceOf(name, schema, scope, problems.has(component))
    if (containsItself(component, schemas)) {
      reader.refuse(['components', 'schemas', component], 'the schema refers to itself with no property or item between')
    }
    return {
      kind: StructureKind.TypeAlias,
      name,
      isExported: true,
      leadingTrivia: '\n',
      docs: docsOf(docOf(schema)),
      type: anchorLines(scope.type(schema)),
    }
  })
  return { kind: StructureKind.SourceFile, statements: statements.length === 0 ? ['export {};'] : statements }
}
