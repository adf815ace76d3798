import { existsSync } from 'node:fs'
import { dirname, extname, resolve } from 'node:path'
import { type CallExpression, Node, Project, type SourceFile } from 'ts-morph'
import type { SourcePosition } from '../../sdk/config-error.js'
import type { ImportMap } from '../load/bundle-config.js'

/** Sources that `./name.js` in an import may mean. */
const EXTENSIONS = ['.ts', '.tsx', '.mts', '.cts', '.js', '.mjs', '.json']

/** Parses source files one by one, when they are asked for: syntax only, no types and no libraries. */
export class SourceReader {
  readonly #project = new Project({
    skipAddingFilesFromTsConfig: true,
    skipFileDependencyResolution: true,
    skipLoadingLibFiles: true,
    compilerOptions: { allowJs: true },
  })
  readonly #imports: ImportMap

  constructor(imports: ImportMap) {
    this.#imports = imports
  }

  /** The parsed file, or undefined if it cannot be read. */
  file(path: string): SourceFile | undefined {
    return this.#project.addSourceFileAtPathIfExists(path)
  }

  /** The file that an import of `specifier` in `from` leads to; undefined for packages. */
  imported(from: SourceFile, specifier: string): SourceFile | undefined {
    const path = from.getFilePath()
    const known = this.#imports.get(path)?.get(specifier)
    if (known !== undefined) return this.file(known)
    if (!specifier.startsWith('.')) return undefined
    const base = resolve(dirname(path), specifier)
    const bare = base.slice(0, base.length - extname(base).length)
    return EXTENSIONS.flatMap((extension) => [base + extension, bare + extension, resolve(base, `index${extension}`)])
      .filter((candidate) => existsSync(candidate))
      .map((candidate) => this.file(candidate))[0]
  }

  /** The call whose callee's name is at a position of a stack frame. */
  callAt(position: SourcePosition): CallExpression | undefined {
    const source = this.file(position.file)
    if (!source || position.line > source.getEndLineNumber()) return undefined
    const offset = source.compilerNode.getPositionOfLineAndCharacter(position.line - 1, position.column - 1)
    let node = source.getDescendantAtPos(offset)
    while (node) {
      if (Node.isCallExpression(node) && calleeName(node).getStart() === offset) return node
      node = node.getParent()
    }
    return undefined
  }
}

/** `route` of `route(…)` and of `members.route(…)`. */
export function calleeName(call: CallExpression): Node {
  const callee = call.getExpression()
  return Node.isPropertyAccessExpression(callee) ? callee.getNameNode() : callee
}
