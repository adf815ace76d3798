import {
  type ArrayLiteralExpression,
  type CallExpression,
  type Expression,
  Node,
  type ObjectLiteralElementLike,
  type ObjectLiteralExpression,
  type ParameterDeclaration,
  type SourceFile,
  type SpreadAssignment,
} from 'ts-morph'
import type { SourcePosition } from '../../sdk/config-error.js'
import { type Declaration, findDeclaration, findExport } from './find-declaration.js'
import type { SourceReader } from './source-reader.js'

/** A property as it is written: its key, and its value where that is known. */
export interface FoundProperty {
  readonly key: Node
  readonly value: Node
}

/** Where a path leads: the last property of it, or as far as it could be followed. */
export interface FoundPath {
  /** The last property found; undefined if none of the path was. */
  readonly property: FoundProperty | undefined
  /** The object literal in which the first missing key should be. */
  readonly missingIn: Node | undefined
}

type Container = ObjectLiteralExpression | ArrayLiteralExpression | SourceFile

/** Deep enough for any config, and an end for names that lead to themselves. */
const MOST_STEPS = 40

/** Follows property paths through source code: names, imports, spreads, property accesses and calls with options. */
export class ConfigWalker {
  readonly #reader: SourceReader
  readonly #callers: readonly SourcePosition[]

  /** `callers` are the calls, innermost first, from which parameters got their values. */
  constructor(reader: SourceReader, callers: readonly SourcePosition[] = []) {
    this.#reader = reader
    this.#callers = callers
  }

  /** Follows `path` from an expression. */
  walk(start: Node, path: readonly PropertyKey[]): FoundPath {
    let at = start
    let property: FoundProperty | undefined
    for (const key of path) {
      const container = this.#container(at, 0)
      const next = container && this.#property(container, String(key), 0)
      if (!next) return { property, missingIn: container }
      property = next
      at = next.value
    }
    return { property, missingIn: undefined }
  }

  /** The expression that a value comes from, through names, accesses and assertions. */
  origin(node: Node, depth = 0): Node {
    if (depth > MOST_STEPS) return node
    const next = this.#step(node, depth)
    return next ? this.origin(next, depth + 1) : node
  }

  #step(node: Node, depth: number): Node | undefined {
    if (Node.isAsExpression(node) || Node.isSatisfiesExpression(node) || Node.isParenthesizedExpression(node)) return node.getExpression()
    if (Node.isNonNullExpression(node) || Node.isAwaitExpression(node)) return node.getExpression()
    if (Node.isIdentifier(node)) {
      const declaration = findDeclaration(node, this.#reader)
      return declaration && this.#declared(declaration, depth)
    }
    if (Node.isPropertyAccessExpression(node)) return this.#member(node.getExpression(), node.getName(), depth)
    const argument = Node.isElementAccessExpression(node) ? node.getArgumentExpression() : undefined
    if (!Node.isElementAccessExpression(node) || !argument) return undefined
    const key = Node.isStringLiteral(argument) || Node.isNumericLiteral(argument) ? String(argument.getLiteralValue()) : undefined
    return key === undefined ? undefined : this.#member(node.getExpression(), key, depth)
  }

  #declared(declaration: Declaration, depth: number): Node | undefined {
    if (declaration.kind === 'value') return declaration.node
    if (declaration.kind === 'namespace') return declaration.file
    if (declaration.kind === 'part') return this.#member(declaration.of, declaration.key, depth)
    const argument = this.#argumentFor(declaration.node)
    if (!argument) return undefined
    const outer = new ConfigWalker(this.#reader, this.#callers.slice(1))
    if (declaration.key === undefined) return outer.origin(argument, depth + 1)
    return outer.walk(argument, [declaration.key]).property?.value
  }

  /** What the next caller passes for a parameter of the function that makes the innermost call. */
  #argumentFor(parameter: ParameterDeclaration): Node | undefined {
    const [inner, outer] = this.#callers
    const owner = parameter.getParent()
    if (!inner || !outer || !Node.isParametered(owner)) return undefined
    if (this.#reader.callAt(inner)?.getFirstAncestor(Node.isParametered) !== owner) return undefined
    const given = this.#reader.callAt(outer)?.getArguments() ?? []
    // A callback, as in `ids.map((id) => route(…))`, is called by whoever takes it, with values that nobody wrote.
    return given.some((argument) => argument === owner) ? undefined : given[owner.getParameters().indexOf(parameter)]
  }

  #member(of: Expression | Node, key: string, depth: number): Node | undefined {
    const container = this.#container(of, depth + 1)
    return container && this.#property(container, key, depth + 1)?.value
  }

  /** What holds the properties of a value: a literal, a namespace, or the options that a call takes. */
  #container(node: Node, depth: number): Container | undefined {
    const at = this.origin(node, depth)
    if (Node.isObjectLiteralExpression(at) || Node.isArrayLiteralExpression(at) || Node.isSourceFile(at)) return at
    if (depth > MOST_STEPS || !Node.isCallExpression(at)) return undefined
    return this.#optionsOf(at, depth + 1)
  }

  /** The last argument that is a literal; for a chain such as `z.object({ … }).strict()`, of its first call. */
  #optionsOf(call: CallExpression, depth: number): Container | undefined {
    const callee = call.getExpression()
    const receiver = Node.isPropertyAccessExpression(callee) ? callee.getExpression() : undefined
    if (receiver && Node.isCallExpression(receiver)) return this.#optionsOf(receiver, depth)
    return call
      .getArguments()
      .map((argument) => this.origin(argument, depth))
      .findLast((argument) => Node.isObjectLiteralExpression(argument) || Node.isArrayLiteralExpression(argument))
  }

  #property(container: Container, key: string, depth: number): FoundProperty | undefined {
    if (depth > MOST_STEPS) return undefined
    if (Node.isObjectLiteralExpression(container)) return this.#inObject(container, key, depth)
    if (Node.isArrayLiteralExpression(container)) return this.#inArray(container, Number(key), depth)
    const declaration = findExport(container, key, this.#reader)
    const value = declaration && this.#declared(declaration, depth)
    return value && { key: value, value }
  }

  #inObject(object: ObjectLiteralExpression, key: string, depth: number): FoundProperty | undefined {
    // From the right, since a later property replaces an earlier one.
    for (const property of object.getProperties().reverse()) {
      const found = Node.isSpreadAssignment(property) ? this.#inSpread(property.getExpression(), key, depth) : named(property, key)
      if (found) return found
    }
    return undefined
  }

  #inSpread(expression: Expression, key: string, depth: number): FoundProperty | undefined {
    const container = this.#container(expression, depth + 1)
    return container && this.#property(container, key, depth + 1)
  }

  #inArray(array: ArrayLiteralExpression, index: number, depth: number): FoundProperty | undefined {
    let before = 0
    for (const element of array.getElements()) {
      if (!Node.isSpreadElement(element)) {
        if (before === index) return { key: element, value: element }
        before++
        continue
      }
      const spread = this.#container(element.getExpression(), depth + 1)
      if (!spread || !Node.isArrayLiteralExpression(spread)) return undefined
      const length = this.#lengthOf(spread, depth + 1)
      if (length === undefined) return undefined
      if (index < before + length) return this.#inArray(spread, index - before, depth + 1)
      before += length
    }
    return undefined
  }

  #lengthOf(array: ArrayLiteralExpression, depth: number): number | undefined {
    if (depth > MOST_STEPS) return undefined
    return array.getElements().reduce<number | undefined>((sum, element) => {
      if (sum === undefined || !Node.isSpreadElement(element)) return sum === undefined ? undefined : sum + 1
      const spread = this.#container(element.getExpression(), depth + 1)
      const length = spread && Node.isArrayLiteralExpression(spread) ? this.#lengthOf(spread, depth + 1) : undefined
      return length === undefined ? undefined : sum + length
    }, 0)
  }
}

function named(property: Exclude<ObjectLiteralElementLike, SpreadAssignment>, key: string): FoundProperty | undefined {
  const name = property.getNameNode()
  if (keyOf(name) !== key) return undefined
  if (Node.isShorthandPropertyAssignment(property)) return { key: name, value: name }
  return { key: name, value: (Node.isPropertyAssignment(property) ? property.getInitializer() : undefined) ?? property }
}

/** A property's name as text; undefined where it is computed. */
function keyOf(name: Node): string | undefined {
  if (Node.isStringLiteral(name) || Node.isNumericLiteral(name)) return String(name.getLiteralValue())
  if (!Node.isComputedPropertyName(name)) return name.getText()
  const inner = name.getExpression()
  return Node.isStringLiteral(inner) || Node.isNoSubstitutionTemplateLiteral(inner) ? inner.getLiteralValue() : undefined
}
