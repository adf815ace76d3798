import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'

/** The sources of a built config as they were when it was built, by absolute file; none if its source map is not beside it. */
export function builtSources(file: string): ReadonlyMap<string, string> {
  try {
    const map: { sources: string[]; sourcesContent?: string[] } = JSON.parse(readFileSync(`${file}.map`, 'utf8'))
    return new Map(map.sources.map((source, index) => [resolve(dirname(file), source), map.sourcesContent?.[index] ?? '']))
  } catch {
    return new Map()
  }
}
