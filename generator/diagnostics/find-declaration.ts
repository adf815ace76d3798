import { type Identifier, Node, type ParameterDeclaration, type SourceFile, type VariableDeclaration } from 'ts-morph'
import type { SourceReader } from './source-reader.js'

/** What a name stands for: a value written somewhere, a parameter, or everything that a file exports. */
export type Declaration =
  | { readonly kind: 'value'; readonly node: Node; readonly statement: Node }
  /** `const { key } = value`. */
  | { readonly kind: 'part'; readonly of: Node; readonly key: string }
  | { readonly kind: 'parameter'; readonly node: ParameterDeclaration; readonly key: string | undefined }
  | { readonly kind: 'namespace'; readonly file: SourceFile }

/** Finds what an identifier stands for, by scopes and across files, without types. */
export function findDeclaration(name: Identifier, reader: SourceReader): Declaration | undefined {
  const text = name.getText()
  for (let scope: Node | undefined = name.getParent(); scope; scope = scope.getParent()) {
    const found = declaredIn(scope, text, reader)
    if (found) return found
  }
  return undefined
}

/** What a file exports under a name; `default` for its default export. */
export function findExport(file: SourceFile, name: string, reader: SourceReader): Declaration | undefined {
  for (const statement of file.getStatements()) {
    if (Node.isVariableStatement(statement) && statement.hasExportKeyword()) {
      const found = statement.getDeclarations().map((declaration) => fromVariable(declaration, name))
      const first = found.find((declaration) => declaration !== undefined)
      if (first) return first
    }
    if (Node.isExportAssignment(statement) && name === 'default') return { kind: 'value', node: statement.getExpression(), statement }
    if (!Node.isExportDeclaration(statement)) continue
    const found = fromExport(statement, name, file, reader)
    if (found) return found
  }
  return undefined
}

function fromExport(
  statement: import('ts-morph').ExportDeclaration,
  name: string,
  file: SourceFile,
  reader: SourceReader,
): Declaration | undefined {
  const specifier = statement.getModuleSpecifierValue()
  const target = specifier === undefined ? undefined : reader.imported(file, specifier)
  const named = statement.getNamedExports().find((part) => (part.getAliasNode()?.getText() ?? part.getName()) === name)
  if (named) {
    if (target) return findExport(target, named.getName(), reader)
    return specifier === undefined ? declaredIn(file, named.getName(), reader) : undefined
  }
  if (!target) return undefined
  const namespace = statement.getNamespaceExport()
  if (namespace) return namespace.getName() === name ? { kind: 'namespace', file: target } : undefined
  return statement.isNamespaceExport() && name !== 'default' ? findExport(target, name, reader) : undefined
}

function declaredIn(scope: Node, name: string, reader: SourceReader): Declaration | undefined {
  if (Node.isParametered(scope)) return fromParameters(scope.getParameters(), name)
  if (!Node.isSourceFile(scope) && !Node.isBlock(scope) && !Node.isModuleBlock(scope)) return undefined
  for (const statement of scope.getStatements()) {
    const found = Node.isVariableStatement(statement)
      ? statement
          .getDeclarations()
          .map((declaration) => fromVariable(declaration, name))
          .find((declaration) => declaration !== undefined)
      : Node.isImportDeclaration(statement) && Node.isSourceFile(scope)
        ? fromImport(statement, name, scope, reader)
        : undefined
    if (found) return found
  }
  return undefined
}

function fromVariable(declaration: VariableDeclaration, name: string): Declaration | undefined {
  const target = declaration.getNameNode()
  const initializer = declaration.getInitializer()
  if (!initializer) return undefined
  if (Node.isIdentifier(target))
    return target.getText() === name
      ? { kind: 'value', node: initializer, statement: declaration.getVariableStatement() ?? declaration }
      : undefined
  const key = Node.isObjectBindingPattern(target) ? keyBoundTo(target, name) : undefined
  return key === undefined ? undefined : { kind: 'part', of: initializer, key }
}

function keyBoundTo(pattern: import('ts-morph').ObjectBindingPattern, name: string): string | undefined {
  const element = pattern.getElements().find((part) => part.getName() === name && !part.getDotDotDotToken())
  return element && (element.getPropertyNameNode()?.getText() ?? name)
}

function fromParameters(parameters: readonly ParameterDeclaration[], name: string): Declaration | undefined {
  for (const node of parameters) {
    const target = node.getNameNode()
    if (Node.isIdentifier(target) && target.getText() === name) return { kind: 'parameter', node, key: undefined }
    const key = Node.isObjectBindingPattern(target) ? keyBoundTo(target, name) : undefined
    if (key !== undefined) return { kind: 'parameter', node, key }
  }
  return undefined
}

function fromImport(
  statement: import('ts-morph').ImportDeclaration,
  name: string,
  file: SourceFile,
  reader: SourceReader,
): Declaration | undefined {
  const imported = statement.getDefaultImport()?.getText() === name ? 'default' : importedAs(statement, name)
  const isNamespace = statement.getNamespaceImport()?.getText() === name
  if (imported === undefined && !isNamespace) return undefined
  const target = reader.imported(file, statement.getModuleSpecifierValue())
  if (!target) return undefined
  return imported === undefined ? { kind: 'namespace', file: target } : findExport(target, imported, reader)
}

function importedAs(statement: import('ts-morph').ImportDeclaration, name: string): string | undefined {
  return statement
    .getNamedImports()
    .find((part) => (part.getAliasNode()?.getText() ?? part.getName()) === name)
    ?.getName()
}
