import type { OpenAPIV3_1 } from 'openapi-types'
import { PROBLEMS, type ProblemCode, type ProblemDocument, type ResolvedGateway, type ResolvedRoute } from '../../sdk/index.js'

/** The component name of the problem document. */
export const PROBLEM = 'Problem'

/** The media type of problems (RFC 9457 section 6). */
export const PROBLEM_TYPE = 'application/problem+json'

// The named members of the type, so that a member added there must be described here.
type Member = keyof { [K in keyof ProblemDocument as string extends K ? never : K]: true }
type Members = Readonly<Record<Member, OpenAPIV3_1.SchemaObject>>

const ERRORS: OpenAPIV3_1.SchemaObject = {
  description: 'With `INVALID_REQUEST`: every field that is wrong.',
  type: 'array',
  items: {
    type: 'object',
    properties: {
      in: { description: 'The part of the request: `path`, `query` or `body`.', type: 'string' },
      path: { description: 'The field in that part, such as `items.0.name`; empty for the whole.', type: 'string' },
      message: { description: 'What is wrong with it.', type: 'string' },
    },
    required: ['in', 'path', 'message'],
  },
}

function describeCodes(codes: readonly ProblemCode[]): string {
  const lines = codes.map((code) => `- \`${code}\` (${PROBLEMS[code].status}): ${PROBLEMS[code].explain}`)
  return ['A stable name for programs to act on. The gateway itself answers:', '', ...lines].join('\n')
}

/** The schema of every problem the routes may answer (RFC 9457 section 3). */
export function problemSchema(routes: readonly ResolvedRoute[], { problems }: ResolvedGateway['settings']): OpenAPIV3_1.SchemaObject {
  const codes = [...new Set(routes.flatMap((route) => route.effects().problems))].sort()
  const members: Members = {
    type: {
      description: `A URI that identifies the type of problem; the gateway’s begin with \`${problems.base}\`.`,
      type: 'string',
      format: 'uri-reference',
    },
    title: { description: 'The type of problem in a few words.', type: 'string' },
    status: { description: 'The response’s status.', type: 'integer', minimum: 100, maximum: 599 },
    code: { description: describeCodes(codes), type: 'string' },
    detail: { description: 'What happened this time, for people.', type: 'string' },
    instance: { description: '`urn:request:` and the request’s id, to quote in a report.', type: 'string', format: 'uri-reference' },
  }
  return {
    description: 'An error as problem details (RFC 9457).',
    type: 'object',
    properties: { ...members, ...(codes.includes('INVALID_REQUEST') && { errors: ERRORS }) },
    required: ['type', 'title', 'status', 'code'],
    additionalProperties: true,
  }
}
