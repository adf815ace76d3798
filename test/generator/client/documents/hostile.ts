import type { OpenAPIV3_1 } from 'openapi-types'

const evil = '*/ export const pwned = 1; /* \' " ` $\u007b1} \\ \r\n\u2028 @ts-expect-error </script> \u0000\ud800'

const response = (schema: object) => ({ '200': { description: evil, content: { 'application/json': { schema } } } })

/** A document whose every text wants to be code, and whose names want each other's places. */
export const hostile = {
  openapi: '3.1.0',
  info: { title: evil, version: evil },
  tags: [{ name: evil }],
  paths: {
    [`/x/${evil.replaceAll(/[{}]/g, '')}/{id}`]: {
      get: {
        operationId: `bad.${evil}`.replaceAll('. ', ''),
        summary: evil,
        description: `@ts-expect-error\n@ts-ignore ${evil}`,
        tags: [evil],
        parameters: [
          { name: evil, in: 'query', description: evil, schema: { enum: [evil] } },
          { name: '__proto__', in: 'query', schema: { type: 'string' } },
        ],
        security: [{ [evil]: [] }, { __proto__x: [], headers: [] }],
        responses: response({
          type: 'object',
          description: evil,
          properties: { [evil]: { const: evil, description: evil, default: evil } },
          required: [evil, '__proto__', 'constructor'],
        }),
      },
    },
    '/a': { get: { operationId: 'a.bC', tags: ['index'], responses: response({ $ref: '#/components/schemas/string' }) } },
    '/b': { get: { operationId: 'aB.c', tags: ['Index'], responses: response({ $ref: '#/components/schemas/ApiError' }) } },
    '/c': {
      get: { operationId: '__proto__.delete', tags: ['../../etc/passwd'], responses: response({ $ref: '#/components/schemas/Blob' }) },
    },
    '/d': { get: { operationId: 'new', tags: ['types'], responses: response({ $ref: '#/components/schemas/a~1b' }) } },
    '/e': { get: { operationId: 'call', tags: ['types'], responses: response({ $ref: '#/components/schemas/Api' }) } },
    '/f': { get: { operationId: 'class.new.function', tags: ['TYPES'], responses: { '204': { description: '' } } } },
  },
  components: {
    schemas: {
      string: {
        type: 'object',
        description: evil,
        properties: { new: { type: 'string' }, get: { type: 'string' }, readonly: { type: 'string' } },
      },
      ApiError: { enum: [evil, '\\', "'", '\\"', "\\'"] },
      Blob: { type: 'object', properties: { blob: { $ref: '#/components/schemas/Blob' } } },
      'a/b': { type: 'string', description: '\n\n@deprecated\n' },
      'a b': { type: 'integer' },
      Api: { type: 'null' },
      '9lives': { type: 'object', additionalProperties: { const: evil } },
      ACInput: { type: 'boolean' },
      '': { type: 'boolean' },
    },
    securitySchemes: {
      [evil]: { type: 'apiKey', in: 'header', name: 'x-evil', description: evil },
      headers: { type: 'http', scheme: 'basic' },
      __proto__x: { type: 'oauth2', flows: {} },
    },
  },
} as unknown as OpenAPIV3_1.Document
