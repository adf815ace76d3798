import { NamePool, toFileName, toIdentifier, toTypeName } from './names.js'
import type { ClientOperation } from './operation.js'

/** The names that one operation has in the generated code. */
export interface OperationNames {
  readonly value: string
  readonly input: string
  readonly result: string
}

/** Every name of a generated client that comes from its document. */
export interface ClientNames {
  /** The interface of the whole client. */
  readonly api: string
  /** Type names by component name. */
  readonly components: ReadonlyMap<string, string>
  /** By operation id. */
  readonly operations: ReadonlyMap<string, OperationNames>
  /** File names, without ending, by tag. */
  readonly files: ReadonlyMap<string, string>
}

// Bindings of the generated index file.
const INDEX_NAMES = ['connect', 'createClient', 'createCaller', 'ClientOptions', 'call', 'input', 'options']
const FILE_NAMES = ['index', 'runtime', 'call', 'types']

const namesOf = (value: string): OperationNames => {
  const type = toTypeName(value)
  return { value, input: `${type}Input`, result: `${type}Result` }
}

/** Chooses all names, so that each is valid and none means two things; components have the first choice. */
export function chooseNames(
  api: string,
  components: readonly string[],
  operations: readonly ClientOperation[],
  runtimeNames: readonly string[],
): ClientNames {
  const pool = new NamePool([...INDEX_NAMES, ...runtimeNames])
  const chosenApi = pool.take(toTypeName(api))
  const componentNames = new Map(components.map((name) => [name, pool.take(toIdentifier(name))]))
  const operationNames = new Map(
    operations.map(({ id, keys }) => {
      const wish = toIdentifier(keys.map((key, index) => (index === 0 ? key : toTypeName(key))).join(''))
      return [id, namesOf(pool.take(wish, (name) => Object.values(namesOf(name))))]
    }),
  )
  const files = new NamePool(FILE_NAMES)
  const tags = [...new Set(operations.map(({ tag }) => tag))].sort()
  return {
    api: chosenApi,
    components: componentNames,
    operations: operationNames,
    files: new Map([...tags.map((tag) => [tag, files.take(toFileName(tag))] as const)].sort(([, a], [, b]) => (a < b ? -1 : 1))),
  }
}
