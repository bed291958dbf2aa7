/** The list of models, token counts, and what a forwarded body must say anew. */

import { describe, expect, test } from 'vitest'
import { anthropic } from './index.ts'

describe('models', () => {
  test('B10 the list has the shape of this dialect', () => {
    const list = anthropic.models.encodeList([
      { id: 'a', displayName: 'A', created: 1_763_942_400 },
      { id: 'b' },
    ])
    expect(list).toEqual({
      data: [
        { type: 'model', id: 'a', display_name: 'A', created_at: '2025-11-24T00:00:00Z' },
        { type: 'model', id: 'b', display_name: 'b', created_at: '1970-01-01T00:00:00Z' },
      ],
      has_more: false,
      first_id: 'a',
      last_id: 'b',
    })
    expect(anthropic.models.decode(list)).toMatchObject([
      { id: 'a', displayName: 'A', created: 1_763_942_400 },
      { id: 'b' },
    ])
    expect(anthropic.models.encodeList([])).toMatchObject({ data: [], first_id: null, last_id: null })
  })

  test('limits and unknown facts are kept, entries without an id are not', () => {
    const data = [
      { id: 'a', max_input_tokens: 1000, max_tokens: 10, capabilities: { x: 1 } },
      { name: 'no id' },
      null,
    ]
    expect(anthropic.models.decode({ data })).toEqual([
      { id: 'a', contextWindow: 1000, maxOutput: 10, extras: { anthropic: { capabilities: { x: 1 } } } },
    ])
  })
})

describe('counting', () => {
  const count = anthropic.countTokens

  test('A21 a body to count needs no limit and loses what counting refuses', () => {
    const wire = {
      model: 'alias',
      messages: [{ role: 'user', content: 'x' }],
      thinking: { type: 'adaptive' },
    }
    expect(count?.check(wire)).toEqual({ model: 'alias', stream: false })
    expect(() => count?.check({ model: 'm' })).toThrow('messages')
    expect(count?.body({ ...wire, max_tokens: 9, stream: true, temperature: 1 }, 'up')).toEqual({
      ...wire,
      model: 'up',
    })
  })

  test('the number goes both ways', () => {
    expect(count?.decode({ input_tokens: 17 })).toBe(17)
    expect(count?.encode(17)).toEqual({ input_tokens: 17 })
    expect(() => count?.decode({})).toThrow('count')
  })
})

describe('amending', () => {
  test('A16 only what changes is written', () => {
    expect(anthropic.chat.amend({ model: 'a', max_tokens: 9 }, { model: 'b' })).toEqual({ model: 'b' })
    expect(anthropic.chat.amend({ model: 'a' }, { maxOutputTokens: 100 })).toEqual({ max_tokens: 100 })
  })

  test('pitfall 98 a thinking budget is kept below a lowered limit', () => {
    const thinking = { type: 'enabled', budget_tokens: 5000, display: 'omitted' }
    expect(anthropic.chat.amend({ thinking }, { maxOutputTokens: 4096 })).toEqual({
      max_tokens: 4096,
      thinking: { ...thinking, budget_tokens: 4095 },
    })
    expect(anthropic.chat.amend({ thinking }, { maxOutputTokens: 1000 })).toEqual({
      max_tokens: 1000,
      thinking: { type: 'disabled' },
    })
    expect(anthropic.chat.amend({ thinking }, { maxOutputTokens: 6000 })).toEqual({ max_tokens: 6000 })
  })
})
