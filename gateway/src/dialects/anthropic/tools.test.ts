/** Tools and the choice among them. */

import { describe, expect, test } from 'vitest'
import type { JsonObject, Note, Tool } from '#core'
import { decoded, sent, throughRequest } from './fixture.contract.ts'

const TOOL: Tool = { type: 'function', name: 'f' }
const WIRE = { model: 'up', max_tokens: 9, messages: [{ role: 'user', content: 'x' }] }
const SCHEMA = { type: 'object', properties: {} }

describe('tool choice', () => {
  test.each<[JsonObject, object]>([
    [{ type: 'auto' }, { type: 'auto' }],
    [{ type: 'any' }, { type: 'required' }],
    [{ type: 'none' }, { type: 'none' }],
    [
      { type: 'tool', name: 'f' },
      { type: 'tool', name: 'f' },
    ],
  ])('A15 pitfall 202 pitfall 203 %j has its neutral word', (wire, neutral) => {
    const tools = [{ name: 'f', input_schema: SCHEMA }]
    expect(decoded({ ...WIRE, tools, tool_choice: wire }).toolChoice).toEqual(neutral)
    expect(throughRequest({ ...WIRE, tools, tool_choice: wire })['tool_choice']).toEqual(wire)
  })

  test('pitfall 204 without tools there is no choice', () => {
    const out = sent({ toolChoice: { type: 'required' }, parallelToolCalls: false })
    expect(out).not.toHaveProperty('tool_choice')
    expect(out).not.toHaveProperty('tools')
  })

  test('pitfall 205 one call at a time hangs on a choice', () => {
    const single = { disable_parallel_tool_use: true }
    expect(sent({ tools: [TOOL], parallelToolCalls: false })['tool_choice']).toEqual({
      type: 'auto',
      ...single,
    })
    expect(
      sent({ tools: [TOOL], parallelToolCalls: false, toolChoice: { type: 'tool', name: 'f' } })[
        'tool_choice'
      ],
    ).toEqual({
      type: 'tool',
      name: 'f',
      ...single,
    })
    expect(sent({ tools: [TOOL], parallelToolCalls: true })).not.toHaveProperty('tool_choice')
    expect(decoded({ ...WIRE, tool_choice: { type: 'auto', ...single } }).parallelToolCalls).toBe(false)
  })
})

describe('tools', () => {
  test('pitfall 45 an empty list is left out', () => {
    expect(sent({ tools: [] })).not.toHaveProperty('tools')
  })

  test('pitfall 207 a tool without parameters gets the empty schema', () => {
    expect(sent({ tools: [TOOL, { ...TOOL, parameters: {} }] })['tools']).toEqual([
      { name: 'f', input_schema: SCHEMA },
      { name: 'f', input_schema: SCHEMA },
    ])
    const odd = { ...TOOL, parameters: { properties: { a: {} } } }
    expect(sent({ tools: [odd] })['tools']).toMatchObject([
      { input_schema: { type: 'object', properties: { a: {} } } },
    ])
  })

  test('pitfall 195 fields of a definition go back to this dialect, deferred tools stay tools', () => {
    const tools = [
      {
        type: 'custom',
        name: 'f',
        description: 'd',
        input_schema: SCHEMA,
        strict: true,
        defer_loading: true,
        input_examples: [{}],
      },
      { name: 'DeferredToolPlaceholder', input_schema: SCHEMA, defer_loading: true },
    ]
    expect(throughRequest({ ...WIRE, tools })['tools']).toEqual(tools)
    const [first, placeholder] = decoded({ ...WIRE, tools }).tools ?? []
    expect(first?.native).toBeUndefined()
    expect(placeholder?.native).toMatchObject({ dialect: 'anthropic' })
  })

  test('pitfall 211 tools the provider runs go verbatim to this dialect, others’ are refused, and told beside functions', () => {
    const search = { type: 'web_search_20250305', name: 'web_search', max_uses: 8 }
    expect(throughRequest({ ...WIRE, tools: [search] })['tools']).toEqual([search])
    const notes: Note[] = []
    const native = { type: 'native', dialect: 'openai-responses', value: { type: 'file_search' } } as const
    const files = { type: 'function', name: 'file_search', native } as const
    expect(() => sent({ tools: [files] }, {}, notes)).toThrow(/tools\.file_search/)
    expect(sent({ tools: [TOOL, files] }, {}, notes)['tools']).toHaveLength(1)
    expect(notes).toMatchObject([{ kind: 'unsupported', field: 'tools.file_search' }])
  })

  test('pitfall 151 strictness is never switched on, and kept only where it can be held', () => {
    const parameters = { type: 'object', properties: { a: { type: 'string', maxLength: 3 } } }
    expect(JSON.stringify(sent({ tools: [{ ...TOOL, parameters }] }))).not.toContain('strict')
    const notes: Note[] = []
    expect(JSON.stringify(sent({ tools: [{ ...TOOL, parameters, strict: true }] }, {}, notes))).not.toContain(
      'strict',
    )
    expect(notes).toMatchObject([{ field: 'tools[].strict' }])
    expect(
      sent({ tools: [{ ...TOOL, parameters, strict: true }] }, { structuredOutput: true })['tools'],
    ).toMatchObject([{ strict: true, input_schema: { additionalProperties: false } }])
  })
})
