import type { OpenAPIV3_1 } from 'openapi-types'

const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` })
const text = { type: 'string' }

/** A document with every form of schema that becomes a type of its own kind. */
export const schemas = {
  openapi: '3.1.0',
  info: { title: 'Schemas', version: '1' },
  paths: {
    '/everything': {
      post: {
        operationId: 'everything',
        requestBody: { required: true, content: { 'application/merge-patch+json': { schema: ref('Everything') } } },
        responses: { '200': { description: 'All', content: { 'application/json': { schema: ref('Everything') } } } },
      },
    },
  },
  components: {
    schemas: {
      Everything: {
        type: 'object',
        required: ['nullable', 'deep', 'pair', 'byLocale', 'undeclared'],
        properties: {
          nullable: { type: ['string', 'null'] },
          mixed: { type: ['string', 'integer', 'boolean'] },
          anything: {},
          nothing: { not: {} },
          flag: { const: true },
          level: { enum: [1, 2.5, -3, null, 'four'] },
          point: { const: { x: 1, tags: ['a'] } },
          words: { type: 'array', items: text },
          choices: { type: 'array', items: { enum: ['a', 'b'] } },
          pair: { type: 'array', prefixItems: [text, { type: 'number' }] },
          partial: { type: 'array', prefixItems: [text, { type: ['number', 'null'] }], minItems: 1 },
          open: { type: 'array', prefixItems: [text], items: { anyOf: [{ type: 'boolean' }, { type: 'null' }] } },
          deep: {
            type: 'object',
            required: ['inner'],
            properties: { inner: { type: 'object', properties: { leaf: { ...text, description: 'The end.', deprecated: true } } } },
          },
          byLocale: {
            type: 'object',
            propertyNames: { type: 'string', enum: ['de', 'en'] },
            additionalProperties: text,
            required: ['de', 'en'],
          },
          scores: { type: 'object', additionalProperties: { type: 'number' } },
          pattern: { type: 'object', patternProperties: { '^x-': text } },
          loose: { type: 'object', properties: { id: text }, additionalProperties: true },
          typed: { type: 'object', required: ['id'], properties: { id: text, at: text }, additionalProperties: { type: 'integer' } },
          empty: { type: 'object', properties: {}, additionalProperties: false },
          object: { type: 'object' },
          untyped: { properties: { a: text } },
          both: { allOf: [ref('Circle'), { type: 'object', required: ['tag'], properties: { tag: text } }] },
          either: { oneOf: [ref('Circle'), ref('Square')], discriminator: { propertyName: 'kind' } },
          wide: { anyOf: [{}, text] },
          same: { anyOf: [text, { type: 'string', format: 'uri' }] },
          described: { ...ref('Circle'), description: 'A reference with words of its own.' },
          json: ref('Json'),
          'odd-name': text,
          'it\'s "quoted"': text,
        },
      },
      Circle: { type: 'object', required: ['kind', 'r'], properties: { kind: { const: 'circle' }, r: { type: 'number' } } },
      Square: { type: 'object', required: ['kind', 'side'], properties: { kind: { const: 'square' }, side: { type: 'number' } } },
      Shape: { oneOf: [ref('Circle'), ref('Square')], description: 'Any shape.' },
      Json: {
        anyOf: [
          { type: ['string', 'number', 'boolean', 'null'] },
          { type: 'array', items: ref('Json') },
          { type: 'object', additionalProperties: ref('Json') },
        ],
      },
      Tree: { type: 'object', required: ['children'], properties: { children: { type: 'array', items: ref('Tree') } } },
      Dictionary: { type: 'object', additionalProperties: ref('Dictionary') },
      'Page.User-v2': { type: 'object', properties: { next: { ...text, title: 'Where to go on.' } } },
    },
  },
} as unknown as OpenAPIV3_1.Document
