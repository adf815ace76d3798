import { join } from 'node:path'
import { type Node, type ObjectLiteralExpression, Project, type SourceFile, SyntaxKind } from 'ts-morph'

/** The text of a JSDoc comment: stars off, lines joined, links as code. */
function textOf(node: Node): string | undefined {
  const comment = node
    .getLeadingCommentRanges()
    .map((range) => range.getText())
    .findLast((text) => text.startsWith('/**'))
  return comment
    ?.replace(/^\/\*\*|\*\/$/g, '')
    .replace(/^\s*\* ?/gm, '')
    .replace(/\{@link (\w+)\}/g, '`$1`')
    .replace(/\s+/g, ' ')
    .trim()
}

/** The path of a key, and what its comment says. */
type Comment = readonly [path: string, text: string]

/** Reads what the sdk's sources say about options and functions, by syntax alone. */
export class CommentReader {
  readonly #project = new Project({ skipAddingFilesFromTsConfig: true, skipFileDependencyResolution: true })
  readonly #folder: string

  /** `folder` holds the sdk. */
  constructor(folder: string) {
    this.#folder = folder
    this.#project.addSourceFilesAtPaths(join(folder, '**/*.ts'))
  }

  /** The comments on the keys of the schema that `name` is in `file`, by path: `health.interval`, `targets[].weight`. */
  ofSchema(file: string, name: string): ReadonlyMap<string, string> {
    const declared = this.#file(file)?.getVariableDeclaration(name)?.getInitializer()
    return new Map(declared ? this.#expression(declared, '') : [])
  }

  /** The comment on the exported function `name`; the first overload's where there are several. */
  ofFunction(file: string, name: string): string | undefined {
    const declared = this.#file(file)?.getFunction(name)
    return declared && textOf(declared.getOverloads()[0] ?? declared)
  }

  #file(path: string): SourceFile | undefined {
    return this.#project.getSourceFile(join(this.#folder, path))
  }

  #expression(expression: Node, path: string): Comment[] {
    if (expression.isKind(SyntaxKind.Identifier)) return this.#named(expression.getText(), expression.getSourceFile(), path)
    if (expression.isKind(SyntaxKind.ObjectLiteralExpression)) return this.#object(expression, path)
    if (!expression.isKind(SyntaxKind.CallExpression)) return []
    const callee = expression.getExpression()
    if (!callee.isKind(SyntaxKind.PropertyAccessExpression)) return []
    // `schema.optional()`: what it is called on is the schema. `z.array(schema)`: its argument is.
    if (callee.getExpression().getText() !== 'z') return this.#expression(callee.getExpression(), path)
    const [first] = expression.getArguments()
    if (first && callee.getName() === 'array') return this.#expression(first, `${path}[]`)
    if (first && callee.getName() === 'strictObject') return this.#expression(first, path)
    // `z.union([…])`, `z.discriminatedUnion('type', […])`.
    const parts = expression.getArguments().find((argument) => argument.isKind(SyntaxKind.ArrayLiteralExpression))
    return parts ? parts.getElements().flatMap((part) => this.#expression(part, path)) : []
  }

  #object(literal: ObjectLiteralExpression, path: string): Comment[] {
    return literal.getProperties().flatMap((property): Comment[] => {
      if (property.isKind(SyntaxKind.SpreadAssignment)) return this.#expression(property.getExpression(), path)
      const isShort = property.isKind(SyntaxKind.ShorthandPropertyAssignment)
      if (!isShort && !property.isKind(SyntaxKind.PropertyAssignment)) return []
      const at = path === '' ? property.getName() : `${path}.${property.getName()}`
      const text = textOf(property)
      const inner = isShort ? [] : this.#expression(property.getInitializerOrThrow(), at)
      return text === undefined ? inner : [[at, text], ...inner]
    })
  }

  #named(name: string, from: SourceFile, path: string): Comment[] {
    const here = from.getVariableDeclaration(name)?.getInitializer()
    if (here) return this.#expression(here, path)
    const imported = from.getImportDeclaration((declaration) => declaration.getNamedImports().some((one) => one.getName() === name))
    const specifier = imported?.getModuleSpecifierValue().replace(/\.js$/, '.ts')
    const there = specifier && this.#project.getSourceFile(join(from.getDirectoryPath(), specifier))?.getVariableDeclaration(name)
    const declared = there ? there.getInitializer() : undefined
    return declared ? this.#expression(declared, path) : []
  }
}
