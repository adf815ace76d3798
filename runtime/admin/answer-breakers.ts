import type { IncomingMessage } from 'node:http'
import type { BreakerControl } from '../upstreams/breaker/breaker-control.js'
import type { AdminReply } from './admin-reply.js'
import { answerSettable } from './answer-settable.js'

const FORM = 'Send {"state": "open" | "closed" | "auto"}, and "target" with a target’s URL where each has a breaker of its own.\n'

/** Serves `GET /breakers`, every breaker with its state, and `POST /breakers/{upstream}`, which holds some or lets them go. */
export function answerBreakers(req: IncomingMessage, upstream: string | undefined, control: BreakerControl): Promise<AdminReply> {
  return answerSettable(req, upstream, {
    path: '/breakers',
    names: '{upstream}',
    form: FORM,
    list: () => control.list(),
    set: (name, to) => control.set(name, to),
    show: (name) => control.list().filter((breaker) => breaker.upstream === name),
  })
}
