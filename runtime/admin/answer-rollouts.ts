import type { IncomingMessage } from 'node:http'
import type { RolloutControl } from '../rollout/rollout-control.js'
import type { AdminReply } from './admin-reply.js'
import { answerSettable } from './answer-settable.js'

const FORM = 'Send {"percent": 0 to 100} or {"state": "stable"} for a canary, {"active": "blue" | "green"} for the other kind.\n'

/** Serves `GET /rollouts`, every rollout with its share, and `POST /rollouts/{name}`, which sets one. */
export function answerRollouts(req: IncomingMessage, name: string | undefined, control: RolloutControl): Promise<AdminReply> {
  return answerSettable(req, name, {
    path: '/rollouts',
    names: '{name}',
    form: FORM,
    list: () => control.list(),
    set: (rollout, to) => control.set(rollout, to),
    show: (rollout) => control.list().find((one) => one.name === rollout),
  })
}
