import { z } from 'zod'
import { EVERYTHING } from './purge-times.js'

const text = z.string().min(1)

const purge = z.union([
  /** A word of the tag header. */
  z.strictObject({ tag: text }).transform(({ tag }) => `tag:${tag}`),
  /** A path without its query, as routed; with every query and on every host. One that no request can have would seem to be purged. */
  z.strictObject({ path: z.string().regex(/^\/[^?#]*$/) }).transform(({ path }) => `path:${path}`),
  /** The id of a route. */
  z.strictObject({ route: text }).transform(({ route }) => `route:${route}`),
  z.strictObject({ all: z.literal(true) }).transform(() => EVERYTHING),
])

/** What a request to purge means: `{"tag": …}`, `{"path": …}`, `{"route": …}` or `{"all": true}`. Undefined for anything else. */
export const readPurge = (given: unknown): string | undefined => purge.safeParse(given).data
