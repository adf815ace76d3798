/**
 * Small values with a time to live, shared by every process through Redis where the gateway has it, else in this one.
 * Keys are of any length and content: their first part, up to a NUL, names what is stored and the rest is hashed.
 * Everything rejects with a `Problem` where the shared store does not answer within 20 ms.
 */
export interface SharedState {
  get(key: string): Promise<string | undefined>
  /** Stores a value for `ttlMs` milliseconds, over one that is there. */
  set(key: string, value: string, ttlMs: number): Promise<void>
  /** Stores a value unless the key has one; resolves to the value that is there already, or undefined if this one was stored. */
  setIfAbsent(key: string, value: string, ttlMs: number): Promise<string | undefined>
  /** Replaces a value if it is `expected`, with a new time to live; true if it was. */
  replace(key: string, expected: string, value: string, ttlMs: number): Promise<boolean>
  /** Removes a value, or only the `expected` one; true if something was removed. */
  remove(key: string, expected?: string): Promise<boolean>
  /** Milliseconds on one clock that all who share this read alike: Redis’s since 1970, else the steady one of this process. */
  time(): Promise<number>
  /** Tells every process, this one included. */
  publish(channel: string, message: string): Promise<void>
  /** Hears what any process publishes; returns how to stop. */
  subscribe(channel: string, listener: (message: string) => void): () => void
  close(): Promise<void>
}
