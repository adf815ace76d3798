import type { Row } from '../row.js'
import { answering } from './answering.js'
import { directives } from './directives.js'
import { poisoning } from './poisoning.js'
import { storing } from './storing.js'
import { validating } from './validating.js'

/** A part of the table. */
export interface Part {
  readonly title: string
  readonly rows: readonly Row[]
}

/** Every row. */
export const table: readonly Part[] = [
  { title: 'What is stored', rows: storing },
  { title: 'What a stored response answers', rows: answering },
  { title: 'Validation and invalidation', rows: validating },
  { title: 'Directives', rows: directives },
  { title: 'What callers cannot do to each other', rows: poisoning },
]
