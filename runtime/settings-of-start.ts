import { isDeepStrictEqual } from 'node:util'
import type { ResolvedGateway } from '../sdk/index.js'

type Settings = ResolvedGateway['settings']

/** What the listeners and the edge are made with when a gateway starts, by the name that it has in a config. */
function settingsOfStart({ server, admin, log, requestId, problems }: Settings): ReadonlyMap<string, unknown> {
  const { preStop: _preStop, drain: _drain, tls, ...kept } = server
  const parts = { server: { ...kept, tls: tls !== undefined }, admin, log: { level: log.level }, requestId, problems }
  return new Map(Object.entries(parts).flatMap(([part, values]) => Object.entries(values).map(([key, value]) => [`${part}.${key}`, value])))
}

/** The names of the settings of a new config that differ from those that a gateway started with and that a reload does not change. */
export function settingsForNextStart(started: Settings, next: Settings): readonly string[] {
  const before = settingsOfStart(started)
  return [...settingsOfStart(next)].filter(([name, value]) => !isDeepStrictEqual(value, before.get(name))).map(([name]) => name)
}
