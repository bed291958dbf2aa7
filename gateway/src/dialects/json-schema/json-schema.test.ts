/** Schemas written for dialects that understand part of JSON Schema only. */

import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { JsonObject, JsonValue } from '#core'
import { inlineRefs, lowerToOpenApi, raiseFromOpenApi } from './index.ts'

function lowered(schema: JsonObject): { schema: JsonObject; lost: string[] } {
  const lost: string[] = []
  return { schema: lowerToOpenApi(schema, (keyword) => lost.push(keyword)), lost }
}

const FORBIDDEN = [
  '$schema',
  '$defs',
  '$ref',
  'additionalProperties',
  'const',
  'exclusiveMinimum',
  'uniqueItems',
  'propertyNames',
  'patternProperties',
  'default',
  'oneOf',
  'allOf',
  'not',
  'prefixItems',
]

describe('references', () => {
  test('pitfall 154 any local pointer is written out, with what stands beside it', () => {
    const schema = {
      type: 'object',
      properties: {
        headers: { type: 'object' },
        more: { type: 'array', items: { $ref: '#/properties/headers' } },
        'a/b': { $ref: '#/$defs/x~1y', description: 'mine' },
      },
      $defs: { 'x/y': { type: 'string', description: 'theirs' } },
    }
    expect(inlineRefs(schema, () => undefined)).toEqual({
      type: 'object',
      properties: {
        headers: { type: 'object' },
        more: { type: 'array', items: { type: 'object' } },
        'a/b': { type: 'string', description: 'mine' },
      },
    })
  })

  test('pitfall 154 circles are cut', () => {
    const node = { type: 'object', properties: { next: { $ref: '#/$defs/node' }, root: { $ref: '#' } } }
    const { schema, lost } = lowered({
      type: 'object',
      properties: { first: { $ref: '#/$defs/node' } },
      $defs: { node },
    })
    expect(schema).toEqual({
      type: 'OBJECT',
      properties: {
        first: { type: 'OBJECT', properties: { next: { type: 'OBJECT' }, root: { type: 'OBJECT' } } },
      },
    })
    expect(lost).toContain('$ref')
  })

  test('references that multiply do not take for ever', () => {
    const $defs: Record<string, JsonObject> = { d0: { type: 'string' } }
    for (let n = 1; n < 40; n++) {
      const $ref = `#/$defs/d${n - 1}`
      $defs[`d${n}`] = { type: 'object', properties: { a: { $ref }, b: { $ref } } }
    }
    const { lost } = lowered({ $ref: '#/$defs/d39', $defs })
    expect(lost.length).toBeGreaterThan(0)
  })

  test('a reference to nowhere is told', () => {
    expect(lowered({ $ref: 'https://example.com/x' })).toEqual({ schema: { type: 'STRING' }, lost: ['$ref'] })
  })
})

describe('lowering', () => {
  test('pitfall 153 nothing forbidden is left anywhere', () => {
    const { schema } = lowered({
      $schema: 'x',
      type: 'object',
      additionalProperties: false,
      properties: {
        n: { type: 'integer', exclusiveMinimum: 0, default: 3 },
        k: { const: 'x' },
        l: { type: 'array', uniqueItems: true, prefixItems: [{ type: 'string' }, { type: 'number' }] },
        o: {
          oneOf: [
            { type: 'string' },
            { allOf: [{ type: 'object', properties: { a: {} } }, { required: ['a'] }] },
          ],
        },
        m: {
          type: 'object',
          patternProperties: { '^x': {} },
          propertyNames: { pattern: 'x' },
          not: { type: 'null' },
        },
      },
    })
    const keys = new Set<string>()
    collect(schema, keys)
    for (const key of FORBIDDEN) expect(keys).not.toContain(key)
    expect(schema).toMatchObject({ properties: { n: { minimum: 1 }, k: { type: 'STRING', enum: ['x'] } } })
  })

  test('pitfall 155 a property may be called like a keyword', () => {
    const properties = { default: { type: 'string' }, $ref: { type: 'string' }, const: { type: 'integer' } }
    expect(lowered({ type: 'object', properties, required: ['default', 'gone'] }).schema).toEqual({
      type: 'OBJECT',
      properties: { default: { type: 'STRING' }, $ref: { type: 'STRING' }, const: { type: 'INTEGER' } },
      required: ['default'],
    })
  })

  test('pitfall 156 null becomes nullable, and back', () => {
    const plain = { type: ['integer', 'null'] }
    expect(lowered(plain).schema).toEqual({ type: 'INTEGER', nullable: true })
    expect(raiseFromOpenApi(lowered(plain).schema)).toEqual(plain)
    expect(
      lowered({ anyOf: [{ type: 'string', enum: ['a'] }, { type: 'null' }], description: 'd' }).schema,
    ).toEqual({
      type: 'STRING',
      enum: ['a'],
      description: 'd',
      nullable: true,
    })
  })

  test('beside alternatives nothing else stands', () => {
    expect(
      lowered({ description: 'd', anyOf: [{ type: 'string' }, { type: 'number' }, { type: 'null' }] }).schema,
    ).toEqual({
      anyOf: [
        { type: 'STRING', description: 'd', nullable: true },
        { type: 'NUMBER', description: 'd', nullable: true },
      ],
    })
  })

  test('pitfall 157 enums are of strings; of others the description tells', () => {
    expect(lowered({ type: 'integer', enum: [1, 2] })).toEqual({
      schema: { type: 'INTEGER', description: '(enum: [1,2])' },
      lost: ['enum'],
    })
  })

  test('formats nobody knows are told, not sent', () => {
    expect(lowered({ type: 'string', format: 'uuid', description: 'id' }).schema).toEqual({
      type: 'STRING',
      description: 'id (format: "uuid")',
    })
    expect(lowered({ type: 'string', format: 'date-time' }).schema).toEqual({
      type: 'STRING',
      format: 'date-time',
    })
  })

  test('whatever comes, an object with a type or alternatives goes out', () => {
    fc.assert(
      fc.property(
        fc.object({
          maxDepth: 4,
          key: fc.constantFrom(...FORBIDDEN, 'type', 'items', 'anyOf', 'properties', 'enum'),
        }),
        (value) => {
          // Printing and parsing makes it JSON.
          const { schema } = lowered(JSON.parse(JSON.stringify(value)) as JsonObject)
          expect(schema['type'] ?? schema['anyOf']).toBeDefined()
        },
      ),
    )
  })
})

describe('raising', () => {
  test('pitfall 157 types in small letters, counts as numbers, either spelling', () => {
    expect(
      raiseFromOpenApi({
        type: 'ARRAY',
        min_items: '1',
        items: {
          any_of: [{ type: 'STRING' }, { type: 'OBJECT', properties: { type: { type: 'BOOLEAN' } } }],
          nullable: true,
        },
        property_ordering: ['a'],
      }),
    ).toEqual({
      type: 'array',
      minItems: 1,
      items: {
        anyOf: [
          { type: 'string' },
          { type: 'object', properties: { type: { type: 'boolean' } } },
          { type: 'null' },
        ],
      },
    })
  })
})

/** Keys in the place of keywords. */
function collect(schema: JsonValue, keys: Set<string>): void {
  if (Array.isArray(schema)) for (const each of schema as readonly JsonValue[]) collect(each, keys)
  else if (typeof schema === 'object' && schema !== null) {
    for (const [key, value] of Object.entries(schema)) {
      keys.add(key)
      if (key === 'properties' && typeof value === 'object' && value !== null)
        Object.values(value).forEach((each: JsonValue) => collect(each, keys))
      else collect(value, keys)
    }
  }
}
