import type { Actor } from '../scene.js'

/** A Redis that is not there. */
export const NO_REDIS = { redis: { url: 'redis://127.0.0.1:1' } } as const

export const once = ({ send }: Actor) => send()
export const twice = async ({ send }: Actor) => [await send(), await send()]

/** Sends requests with these headers, one after the other. */
export const sending =
  (...requests: readonly Readonly<Record<string, string>>[]) =>
  async ({ send }: Pick<Actor, 'send'>) => {
    for (const headers of requests) await send(headers)
  }
