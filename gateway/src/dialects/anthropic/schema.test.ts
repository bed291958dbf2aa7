/** Lowered schemas say less to the machine and as much to the model. */

import { expect, test } from 'vitest'
import { lowerSchema } from './schema.ts'

test('pitfall 152 bounds move into the description, objects are closed', () => {
  expect(
    lowerSchema({
      type: 'object',
      properties: {
        a: { type: 'string', maxLength: 10, description: 'name' },
        b: { type: 'array', minItems: 1, items: { type: 'number', minimum: 0 } },
      },
    }),
  ).toEqual({
    type: 'object',
    properties: {
      a: { type: 'string', description: 'name (maxLength: 10)' },
      b: { type: 'array', minItems: 1, items: { type: 'number', description: '(minimum: 0)' } },
    },
    additionalProperties: false,
  })
})

test('pitfall 152 a schema that refers to itself cannot be lowered', () => {
  const node = { type: 'object', properties: { next: { $ref: '#/$defs/node' } } }
  expect(lowerSchema({ $ref: '#/$defs/node', $defs: { node } })).toBeUndefined()
  const leaf = { $ref: '#/$defs/leaf', $defs: { leaf: { type: 'object', properties: {} } } }
  expect(lowerSchema(leaf)).toMatchObject({ $defs: { leaf: { additionalProperties: false } } })
})

test('pitfall 155 properties named like keywords stay', () => {
  const properties = {
    minimum: { type: 'string' },
    pattern: { type: 'string' },
    properties: { type: 'string' },
  }
  expect(lowerSchema({ type: 'object', properties })).toEqual({
    type: 'object',
    properties,
    additionalProperties: false,
  })
})
