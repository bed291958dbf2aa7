import { describe, expect, test } from 'vitest'
import type { Note, Tool } from '#core'
import { calls, decoded, results, sent, throughRequest, user } from './fixture.contract.ts'

const TOOL: Tool = {
  type: 'function',
  name: 'f',
  parameters: { type: 'object', properties: { a: { type: 'string' } } },
}
const HISTORY = [user('a'), calls('c'), results('c')]

describe('tools', () => {
  test('pitfall 45 without tools there is no toolConfig', () => {
    expect(sent({ tools: [] })).not.toHaveProperty('toolConfig')
    expect(decoded({ toolConfig: { tools: [] } })).not.toHaveProperty('tools')
  })

  test('a tool always has a schema, and no empty description', () => {
    expect(sent({ tools: [{ type: 'function', name: 'f', description: '' }] })['toolConfig']).toEqual({
      tools: [{ toolSpec: { name: 'f', inputSchema: { json: { type: 'object', properties: {} } } } }],
    })
  })

  test('pitfall 202 none without calls sends no tools; with calls the tools stay and the model is told', () => {
    const notes: Note[] = []
    expect(sent({ tools: [TOOL], toolChoice: { type: 'none' } }, { notes })).not.toHaveProperty('toolConfig')
    const body = sent({ messages: HISTORY, tools: [TOOL], toolChoice: { type: 'none' } }, { notes })
    expect(body['toolConfig']).toEqual({
      tools: [{ toolSpec: { name: 'f', inputSchema: { json: TOOL.parameters } } }],
    })
    expect(JSON.stringify(body['system'])).toContain('without calling any tool')
    expect(notes.map(({ field }) => field)).toEqual(['tool_choice', 'tool_choice'])
  })

  test('pitfall 202 a history with calls gets its tools named again', () => {
    const notes: Note[] = []
    expect(sent({ messages: HISTORY }, { notes })['toolConfig']).toMatchObject({
      tools: [{ toolSpec: { name: 'f' } }],
    })
    expect(notes).toMatchObject([{ field: 'tools' }])
  })

  test.each([
    [{ type: 'auto' }, { auto: {} }],
    [{ type: 'required' }, { any: {} }],
    [{ type: 'tool', name: 'f' }, { tool: { name: 'f' } }],
  ] as const)('the choice %j is %j', (toolChoice, wire) => {
    const body = sent({ tools: [TOOL], toolChoice })
    expect(body['toolConfig']).toMatchObject({ toolChoice: wire })
    expect(decoded(body).toolChoice).toEqual(toolChoice)
  })

  test('pitfall 205 one call at a time cannot be asked for, and is noted', () => {
    const notes: Note[] = []
    sent({ tools: [TOOL], parallelToolCalls: false }, { notes })
    expect(notes).toMatchObject([{ kind: 'dropped', field: 'parallel_tool_calls' }])
  })

  test('pitfall 195 pitfall 211 tools of another provider are refused by name, beside functions left out with a note; its own go as they came', () => {
    const notes: Note[] = []
    const native = { type: 'native', dialect: 'anthropic', value: { type: 'web_search_20250305' } } as const
    const search: Tool = { type: 'function', name: 'web_search', native, search: {} }
    expect(() => sent({ tools: [search] })).toThrow(/tools\.web_search/)
    const chosen = { tools: [TOOL, search], toolChoice: { type: 'tool', name: 'web_search' } } as const
    expect(() => sent(chosen)).toThrow(/tools\.web_search/)
    const tools: Tool[] = [TOOL, search]
    expect(JSON.stringify(sent({ tools }, { notes }))).not.toContain('web_search')
    expect(notes).toMatchObject([{ kind: 'unsupported', field: 'tools.web_search' }])
    const toolConfig = { tools: [{ systemTool: { name: 'nova_grounding' } }] }
    expect(throughRequest({ toolConfig })['toolConfig']).toEqual(toolConfig)
  })

  test('a strict schema is closed, and one that cannot be is said loosely with a note', () => {
    const notes: Note[] = []
    const strict: Tool = { ...TOOL, strict: true }
    expect(sent({ tools: [strict] })['toolConfig']).toMatchObject({
      tools: [{ toolSpec: { strict: true, inputSchema: { json: { additionalProperties: false } } } }],
    })
    const loose = sent({ tools: [strict] }, { traits: { structuredOutput: false }, notes })
    expect(JSON.stringify(loose)).not.toContain('"strict"')
    expect(notes).toMatchObject([{ field: 'tools[].strict' }])
  })

  test('arguments that are no object are carried as raw text', () => {
    const part = { type: 'tool-call', id: 'c', name: 'f', arguments: '{"cut' } as const
    const body = sent({
      messages: [user('a'), { role: 'assistant', parts: [part] }, results('c')],
      tools: [TOOL],
    })
    expect(JSON.stringify(body)).toContain('{"raw_arguments":"{\\"cut"}')
    expect(decoded(body).messages[1]?.parts).toMatchObject([{ arguments: '{"cut' }])
  })
})
