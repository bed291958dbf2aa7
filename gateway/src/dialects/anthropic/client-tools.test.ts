import { describe, expect, test } from 'vitest'
import type { JsonObject } from '#core'
import { bedrock } from '../bedrock/index.ts'
import { gemini } from '../gemini/index.ts'
import { ollama } from '../ollama/index.ts'
import { openaiChat } from '../openai-chat/index.ts'
import { openaiResponses } from '../openai-responses/index.ts'
import { decoded, throughRequest } from './fixture.contract.ts'

const WIRE = { model: 'up', max_tokens: 99, messages: [{ role: 'user', content: 'x' }] }
const notes: string[] = []
const CONTEXT = {
  model: 'm',
  provider: 'other',
  traits: {},
  note: ({ field }: { field: string }) => void notes.push(field),
}
const OTHERS = [openaiChat, openaiResponses, gemini, bedrock, ollama]

const TOOLS: readonly (readonly [tool: JsonObject, fields: string[]])[] = [
  [{ type: 'bash_20250124', name: 'bash' }, ['command', 'restart']],
  [{ type: 'text_editor_20250124', name: 'str_replace_editor' }, ['undo_edit', 'new_str', 'view_range']],
  [
    { type: 'text_editor_20250728', name: 'str_replace_based_edit_tool', max_characters: 9000 },
    ['insert_text', 'old_str'],
  ],
  [{ type: 'memory_20250818', name: 'memory', cache_control: { type: 'ephemeral' } }, ['old_path', 'rename']],
  [
    { type: 'computer_20251124', name: 'computer', display_width_px: 1920, display_height_px: 1080 },
    ['coordinate', 'screenshot', '1920 by 1080'],
  ],
]

describe.each(TOOLS)('pitfall 211 %j, which the client runs', (tool, fields) => {
  const wire = { ...WIRE, tools: [tool], tool_choice: { type: 'tool', name: tool['name'] ?? '' } }

  test('pitfall 211 goes verbatim to this dialect', () => {
    expect(throughRequest(wire)['tools']).toEqual([tool])
  })

  test.each(OTHERS)('pitfall 211 is a function for $name', (other) => {
    notes.length = 0
    const sent = other.chat.encodeRequest(decoded(wire), CONTEXT)
    const { messages: _, ...rest } = sent
    const text = JSON.stringify(rest)
    for (const word of [JSON.stringify(tool['name']), ...fields]) expect(text).toContain(word)
    // Only Anthropic marks single tools for its cache, and Ollama cannot choose among tools.
    expect(notes.filter((field) => !/cache|tool_choice/.test(field))).toEqual([])
  })
})

const text = (type: string) => JSON.stringify(decoded({ ...WIRE, tools: [{ type, name: 'e' }] }).tools)

test('pitfall 211 the editor’s versions differ', () => {
  expect(text('text_editor_20250429')).not.toMatch(/undo_edit|insert_text/)
  expect(text('text_editor_20250728')).not.toContain('undo_edit')
})
