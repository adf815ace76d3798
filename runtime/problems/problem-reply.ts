import { PROBLEMS, Problem, problemTypeOf, type Reply } from '../../sdk/index.js'

/** Turns whatever was thrown into a problem; anything but a `Problem` is `INTERNAL`, its cause for the log alone. */
export function toProblem(error: unknown): Problem {
  return error instanceof Problem ? error : new Problem('INTERNAL', { cause: error })
}

/** The RFC 9457 reply for a problem. `base` is what its `type` starts with. */
export function problemReply(problem: Problem, requestId: string, base: string): Reply {
  const { code, status, detail, extensions } = problem
  const document = {
    type: problemTypeOf(code, base),
    title: PROBLEMS[code].title,
    status,
    code,
    ...(detail === undefined ? {} : { detail }),
    instance: `urn:request:${requestId}`,
    ...extensions,
  }
  return { status, headers: ['content-type', 'application/problem+json', ...problem.headers], body: JSON.stringify(document) }
}
