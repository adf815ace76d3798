import type { ProblemCode } from '../problems.js'
import { type WebSocketSettings, webSocketSchema } from '../websocket.js'
import type { IssueCollector } from './issues.js'
import { inside, type Place } from './place.js'

/** The parts of a route that its WebSocket settings come from. */
interface WebSocketRoute {
  readonly method: string
  readonly websocket?: true | WebSocketSettings | undefined
}

/** The settings of a route that speaks WebSocket; adds GW1403 where its method cannot be a handshake's. */
export function resolveWebSocket(
  { method, websocket }: WebSocketRoute,
  place: Place,
  issues: IssueCollector,
): WebSocketSettings | undefined {
  if (websocket === undefined) return undefined
  if (method !== 'GET' && method !== '*') issues.add('GW1403', inside(place, 'websocket'), `a ${method} request cannot open a WebSocket`)
  return websocket === true ? webSocketSchema.parse({}) : websocket
}

/** The problems that a handshake alone can be answered with. */
export function webSocketProblems(websocket: true | WebSocketSettings | undefined): readonly ProblemCode[] {
  if (websocket === undefined) return []
  if (websocket === true) return ['UNAVAILABLE']
  const { origins, maxPerConsumer } = websocket
  return [
    'UNAVAILABLE',
    ...(origins === undefined ? [] : (['ORIGIN_NOT_ALLOWED'] as const)),
    ...(maxPerConsumer === undefined ? [] : (['TOO_MANY_CONNECTIONS'] as const)),
  ]
}
