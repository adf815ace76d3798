import { type ImportDeclarationStructure, StructureKind } from 'ts-morph'
import type { ClientNames } from './client-names.js'
import type { DocumentReader } from './document-reader.js'
import { printType } from './print-type.js'
import type { JsonSchema } from './schema.js'

const COMPONENT = '#/components/schemas/'

/** The component that a `$ref` names, if it has that form. */
export function componentOf(ref: string): string | undefined {
  return ref.startsWith(COMPONENT) ? ref.slice(COMPONENT.length).replaceAll('~1', '/').replaceAll('~0', '~') : undefined
}

/** Prints types for one file and remembers what the file has to import for them. */
export class TypeScope {
  readonly #names: ClientNames
  readonly #reader: DocumentReader
  readonly #imports = new Map<string, Set<string>>()

  constructor(names: ClientNames, reader: DocumentReader) {
    this.#names = names
    this.#reader = reader
  }

  /** The type of a schema, starting on a line with this indent. */
  type(schema: JsonSchema, indent = ''): string {
    return printType(schema, (ref) => this.refer(ref), indent)
  }

  /** The type that a `$ref` means. */
  refer(ref: string): string {
    const component = componentOf(ref)
    const name = component === undefined ? undefined : this.#names.components.get(component)
    if (name !== undefined) return this.use(name, './types.js')
    this.#reader.refuse(['components', 'schemas'], `${JSON.stringify(ref)} is not a schema of this document`)
    return 'unknown'
  }

  /** A name of another generated file, to be imported. */
  use(name: string, from = './runtime.js'): string {
    const names = this.#imports.get(from) ?? new Set()
    this.#imports.set(from, names.add(name))
    return name
  }

  /** Type-only imports of everything used, in order. */
  imports(): ImportDeclarationStructure[] {
    return [...this.#imports.keys()].sort().map((moduleSpecifier) => {
      const namedImports = [...(this.#imports.get(moduleSpecifier) ?? [])].sort()
      return { kind: StructureKind.ImportDeclaration, isTypeOnly: true, moduleSpecifier, namedImports }
    })
  }
}
