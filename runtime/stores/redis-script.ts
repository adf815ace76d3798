import { hash } from 'node:crypto'

/** A script that Redis runs as one step, and the name under which Redis keeps it. */
export interface RedisScript {
  readonly text: string
  readonly sha: string
}

/** Names a script by its text. It must touch no key but `KEYS[1]`. */
export function defineRedisScript(text: string): RedisScript {
  return Object.freeze({ text, sha: hash('sha1', text) })
}
