import { describe, expect, test } from 'vitest'
import type { ChatRequest, JsonObject, Tool } from '#core'
import { sampleOf, toolsToCall } from './demo-tools.ts'

const tool = (name: string): Tool => ({ type: 'function', name })
const asking = (more: Partial<ChatRequest>): ChatRequest => ({
  model: 'demo',
  messages: [],
  stream: false,
  tools: [tool('add'), tool('add_all'), tool('look-up')],
  ...more,
})
const names = (request: ChatRequest, said: string) => toolsToCall(request, said).map((one) => one.name)

describe('toolsToCall', () => {
  test('calls what the text names, in its order, and whole names only', () => {
    expect(names(asking({}), 'please call look-up and then call add_all')).toEqual(['look-up', 'add_all'])
    expect(names(asking({}), 'recall add')).toEqual([])
    expect(names(asking({}), 'add something')).toEqual([])
  })

  test('obeys the choice of the request', () => {
    expect(names(asking({ toolChoice: { type: 'none' } }), 'call add')).toEqual([])
    expect(names(asking({ toolChoice: { type: 'required' } }), 'hello')).toEqual(['add'])
    expect(names(asking({ toolChoice: { type: 'required' } }), 'call look-up')).toEqual(['look-up'])
    expect(names(asking({ toolChoice: { type: 'tool', name: 'add_all' } }), 'call add')).toEqual(['add_all'])
    expect(names(asking({ parallelToolCalls: false }), 'call look-up, call add')).toEqual(['look-up'])
  })

  test('one of its models calls a tool unasked', () => {
    const model = 'demo-tools'
    expect(names(asking({ model }), 'hello')).toEqual(['add'])
    expect(names(asking({ model }), 'call look-up')).toEqual(['look-up'])
    expect(names(asking({ model, toolChoice: { type: 'none' } }), 'hello')).toEqual([])
    expect(names(asking({}), 'hello')).toEqual([])
  })

  test('a tool name with signs of a pattern is taken literally', () => {
    expect(names(asking({ tools: [tool('a.b')] }), 'call axb')).toEqual([])
    expect(names(asking({ tools: [tool('a.b')] }), 'call a.b')).toEqual(['a.b'])
  })
})

describe('sampleOf', () => {
  test.each<[JsonObject, unknown]>([
    [
      { type: 'object', properties: { a: { type: 'string' }, b: { type: 'integer' } }, required: ['b'] },
      { b: 1 },
    ],
    [{ type: 'object', properties: { a: { type: 'string' } } }, { a: 'demo' }],
    [{ properties: { unit: { enum: ['c', 'f'] }, on: { type: 'boolean' } } }, { unit: 'c', on: true }],
    [{ type: 'array', items: { type: 'number', minimum: 3 }, minItems: 2 }, [3, 3]],
    [{ type: ['null', 'string'], format: 'date' }, '2025-01-01'],
    [{ type: 'string', minLength: 6 }, 'demo..'],
    [{ type: 'string', maxLength: 2 }, 'de'],
    [{ type: 'integer', maximum: -5 }, -5],
    [{ anyOf: [{ type: 'null' }, { const: 'x' }] }, 'x'],
    [
      {
        allOf: [
          { type: 'object', properties: { a: { const: 1 } } },
          { properties: { b: { const: 2 } }, required: ['b'] },
        ],
      },
      { b: 2 },
    ],
    [
      { $defs: { city: { type: 'string', default: 'Bern' } }, properties: { c: { $ref: '#/$defs/city' } } },
      { c: 'Bern' },
    ],
  ])('%j gives %j', (schema, value) => {
    expect(sampleOf(schema)).toEqual(value)
  })

  test('no schema means no arguments', () => {
    expect(sampleOf(undefined)).toEqual({})
  })

  test('a schema that refers to itself in many places ends', () => {
    const properties = Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`p${n}`, { $ref: '#' }]))
    const text = JSON.stringify(sampleOf({ type: 'object', properties, required: Object.keys(properties) }))
    expect(text.length).toBeLessThan(1_000_000)
  })
})
