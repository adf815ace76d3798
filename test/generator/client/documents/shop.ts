import type { OpenAPIV3_1 } from 'openapi-types'

const problem = (description: string, ...codes: string[]) => ({
  description,
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
  'x-problem-codes': codes,
})

const gateway = {
  '429': problem('Too many requests', 'RATE_LIMITED'),
  '502': problem('Bad gateway', 'UPSTREAM_UNREACHABLE', 'UPSTREAM_RESET', 'UPSTREAM_INVALID_RESPONSE'),
  '503': problem('Unavailable', 'NO_HEALTHY_TARGET', 'UNAVAILABLE'),
  '504': problem('Timed out', 'UPSTREAM_TIMED_OUT'),
}

const secured = { '401': problem('Unauthenticated', 'UNAUTHENTICATED', 'INVALID_CREDENTIALS'), ...gateway }

const json = (name: string) => ({ 'application/json': { schema: { $ref: `#/components/schemas/${name}` } } })

const id = { name: 'id', in: 'path', required: true, schema: { type: 'string', format: 'uuid' } }

/** A document as the OpenAPI emitter makes it, with one of everything that a response and an input can be. */
export const shop = {
  openapi: '3.1.0',
  info: { title: 'Shop API', version: '1.4.0' },
  paths: {
    '/users': {
      get: {
        operationId: 'users.list',
        tags: ['users'],
        summary: 'Lists users, newest first.',
        parameters: [
          { name: 'limit', in: 'query', description: 'How many, at most.', schema: { type: 'integer', default: 20 } },
          { name: 'role', in: 'query', schema: { type: 'array', items: { enum: ['admin', 'member'] } } },
        ],
        security: [{ jwt: [] }, { apiKey: [] }],
        responses: {
          '200': {
            description: 'Users',
            content: { 'application/json': { schema: { type: 'array', items: { $ref: '#/components/schemas/User' } } } },
          },
          ...secured,
        },
      },
      post: {
        operationId: 'users.create',
        tags: ['users'],
        summary: 'Registers a user.',
        security: [{ jwt: [] }],
        requestBody: { required: true, content: json('NewUser') },
        responses: { '201': { description: 'The user', content: json('User') }, '400': problem('Invalid', 'INVALID_REQUEST'), ...secured },
      },
    },
    '/users/{id}': {
      parameters: [id],
      get: {
        operationId: 'users.get',
        tags: ['users'],
        summary: 'Returns one user.',
        description: 'The user may have been *archived*.',
        security: [{ jwt: [] }],
        responses: {
          '200': { description: 'The user', content: json('User') },
          '304': { description: 'What the caller has is still right.' },
          '404': problem('Not found', 'NOT_FOUND'),
          ...secured,
        },
      },
      put: {
        operationId: 'users.replace',
        tags: ['users'],
        parameters: [{ name: 'if-match', in: 'header', required: true, schema: { type: 'string' } }],
        requestBody: { required: true, content: json('NewUser') },
        responses: {
          '200': { description: 'The user', content: json('User') },
          '409': { description: 'Conflict', content: json('Conflict') },
        },
      },
      delete: {
        operationId: 'users.remove',
        tags: ['users'],
        deprecated: true,
        security: [{ jwt: [], apiKey: [] }],
        responses: { '204': { description: 'Gone' }, ...secured },
      },
    },
    '/orders/{order}/items': {
      get: {
        operationId: 'orders.items.list',
        tags: ['orders'],
        parameters: [{ name: 'order', in: 'path', required: true, schema: { type: 'integer' } }],
        responses: {
          '200': {
            description: 'Items',
            content: { 'application/json': { schema: { type: 'array', items: { $ref: '#/components/schemas/Item' } } } },
          },
        },
      },
    },
    '/files/{path}': {
      parameters: [{ name: 'path', in: 'path', required: true, schema: { type: 'string' }, 'x-wildcard': true }],
      get: {
        operationId: 'files.read',
        tags: ['files'],
        responses: {
          '200': { description: 'The file', content: { 'application/octet-stream': {} } },
          '302': { description: 'Elsewhere' },
          '404': {
            description: 'Missing',
            content: { 'text/plain': {}, ...problem('', 'NOT_FOUND').content },
            'x-problem-codes': ['NOT_FOUND'],
          },
        },
      },
      put: {
        operationId: 'files.write',
        tags: ['files'],
        requestBody: { required: true, content: { 'application/octet-stream': {} } },
        responses: { '204': { description: 'Written' } },
      },
    },
    '/notes': {
      post: {
        operationId: 'notes.add',
        tags: ['files'],
        requestBody: { content: { 'text/plain': { schema: { type: 'string' } } } },
        responses: { '200': { description: 'The note', content: { 'text/plain': { schema: { type: 'string' } } } } },
      },
    },
    '/payments': {
      post: {
        operationId: 'payments.create',
        tags: ['payments'],
        parameters: [
          {
            name: 'Idempotency-Key',
            in: 'header',
            description: 'Names this operation.',
            required: true,
            schema: { type: 'string' },
            'x-once': true,
          },
        ],
        requestBody: { required: true, content: json('Item') },
        responses: { '201': { description: 'Paid', content: json('Item') }, '409': problem('At it', 'IDEMPOTENCY_IN_FLIGHT'), ...gateway },
      },
    },
    '/legacy/{path}': {
      parameters: [{ name: 'path', in: 'path', required: true, schema: { type: 'string' }, 'x-wildcard': true }],
      get: {
        operationId: 'legacy.read',
        tags: ['legacy'],
        responses: {
          '200': { description: 'Text', content: { 'text/plain': {} } },
          default: { description: 'Whatever it answers' },
          '4XX': problem(''),
        },
      },
    },
    '/search': {
      get: {
        operationId: 'search',
        parameters: [{ name: 'query', in: 'query', schema: { type: 'object', additionalProperties: { type: ['string', 'integer'] } } }],
        responses: { '200': { description: 'Whatever the upstream answers.' }, default: { description: 'The same.' } },
      },
    },
    '/ping': {
      get: { operationId: 'ping', responses: { '204': { description: 'Here' } } },
      head: {
        operationId: 'probe',
        responses: { '200': { description: 'Here', content: json('User') }, '404': problem('No', 'NOT_FOUND') },
      },
    },
  },
  components: {
    schemas: {
      Problem: {
        type: 'object',
        description: 'An error, as RFC 9457 has it.',
        required: ['type', 'title', 'status', 'code'],
        properties: {
          type: { type: 'string', format: 'uri' },
          title: { type: 'string' },
          status: { type: 'integer' },
          code: { type: 'string', description: 'What callers may rely on.' },
          detail: { type: 'string' },
          instance: { type: 'string' },
        },
        additionalProperties: {},
      },
      User: {
        type: 'object',
        required: ['id', 'name', 'created', 'manager'],
        properties: {
          id: { type: 'string', format: 'uuid' },
          name: { type: 'string', description: 'As the user writes it.\nMay be empty.' },
          email: { type: 'string', format: 'email' },
          created: { type: 'string', format: 'date-time' },
          manager: { anyOf: [{ $ref: '#/components/schemas/User' }, { type: 'null' }] },
        },
      },
      NewUser: {
        type: 'object',
        required: ['name'],
        properties: { name: { type: 'string' }, role: { enum: ['admin', 'member'], default: 'member' } },
        additionalProperties: false,
      },
      Item: {
        type: 'object',
        required: ['sku', 'count'],
        properties: { sku: { type: 'string' }, count: { type: 'integer', minimum: 1 } },
      },
      Conflict: { type: 'object', required: ['version'], properties: { version: { type: 'string' } } },
    },
    securitySchemes: {
      jwt: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'A token of https://id.example.org/.' },
      apiKey: { type: 'apiKey', in: 'header', name: 'x-api-key' },
    },
  },
} as unknown as OpenAPIV3_1.Document
