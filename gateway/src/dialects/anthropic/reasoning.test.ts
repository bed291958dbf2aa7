/** Thinking: how it is asked for, and what of it goes back to whom. */

import { describe, expect, test } from 'vitest'
import { fold, seal, stringOf, unseal } from '#core'
import type { AssistantPart, JsonObject, Message, Note, ReasoningWish } from '#core'
import type { Traits } from '../dialect.ts'
import {
  answer,
  body,
  calls,
  decoded,
  results,
  sent,
  sentMessages,
  streamed,
  throughRequest,
  user,
} from './fixture.contract.ts'

const signed = (text: string, value: string, issuer = 'an'): AssistantPart => ({
  type: 'reasoning',
  text,
  opaque: { issuer, value },
})
const said = (...parts: readonly AssistantPart[]): Message => ({ role: 'assistant', parts })
const CALL: AssistantPart = { type: 'tool-call', id: 'a', name: 'f', arguments: '{}' }

function asked(
  reasoning: ReasoningWish,
  traits: Traits = {},
  more: object = {},
  notes: Note[] = [],
): JsonObject {
  return sent({ reasoning, ...more }, traits, notes)
}

describe('thinking in the history', () => {
  test('A08 a signed block and the config go out as they came in', () => {
    const wire = {
      model: 'up',
      max_tokens: 9000,
      thinking: { type: 'enabled', budget_tokens: 2000, display: 'summarized' },
      messages: [
        { role: 'user', content: 'x' },
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'hm', signature: 'sig' },
            { type: 'text', text: 'y' },
          ],
        },
        { role: 'user', content: 'z' },
      ],
    }
    expect(throughRequest(wire)).toEqual(wire)
  })

  test('pitfall 79 pitfall 97 sealed state of another provider does not reach this one, but its own does', () => {
    const foreign = said(signed('r', 'rs', 'oa'), { type: 'text', text: 'y' })
    const notes: Note[] = []
    expect(sentMessages([user('x'), foreign, user('z')], {}, notes)).toMatchObject([{}, { content: 'y' }, {}])
    expect(notes).toMatchObject([{ field: 'thinking', kind: 'dropped' }])
    const content = [{ type: 'thinking', thinking: 't', signature: seal({ issuer: 'an', value: 'sig' }) }]
    const wire = {
      model: 'm',
      max_tokens: 9,
      messages: [
        { role: 'user', content: 'x' },
        { role: 'assistant', content },
      ],
    }
    expect(throughRequest(wire)['messages']).toMatchObject([
      {},
      { content: [{ thinking: 't', signature: 'sig' }] },
    ])
  })

  test('pitfall 80 pitfall 81 unsigned thinking is neither text nor signed by us', () => {
    const out = JSON.stringify(
      sentMessages([user('x'), said({ type: 'reasoning', text: 'secret' }, { type: 'text', text: 'y' })]),
    )
    expect(out).not.toContain('secret')
    expect(out).not.toContain('signature')
  })

  test('pitfall 76 a signature without text is a block of its own', () => {
    expect(sentMessages([user('x'), said(signed('', 'sig'), CALL), results('a')])).toMatchObject([
      {},
      { content: [{ type: 'thinking', thinking: '', signature: 'sig' }, { type: 'tool_use' }] },
      {},
    ])
  })

  test('pitfall 77 pitfall 105 every block keeps its own signature and place', () => {
    const parts = [signed('1', 's1'), { ...CALL, id: 'a' }, signed('2', 's2'), { ...CALL, id: 'b' }]
    expect(sentMessages([user('x'), said(...parts), results('a', 'b')])).toMatchObject([
      {},
      { content: [{ signature: 's1' }, { id: 'a' }, { signature: 's2' }, { id: 'b' }] },
      {},
    ])
  })

  test('pitfall 78 hidden thinking goes through sealed and comes back whole', () => {
    const out = body(
      answer([{ type: 'reasoning', text: '', redacted: true, opaque: { issuer: 'br', value: 'bytes' } }]),
    )
    const [block] = out['content'] as readonly [JsonObject] // one block, as asked for
    expect(block['type']).toBe('redacted_thinking')
    expect(unseal(stringOf(block['data']) ?? '')).toEqual({ issuer: 'br', value: 'bytes' })
    expect(decoded({ messages: [{ role: 'assistant', content: [block] }] }).messages[0]?.parts).toEqual([
      { type: 'reasoning', text: '', redacted: true, opaque: { issuer: 'br', value: 'bytes' } },
    ])
  })

  test('pitfall 82 state on a tool call travels in an empty thinking block and finds its call again', () => {
    const opaque = { issuer: 'gg', value: 'thought-sig' }
    const whole = answer([{ ...CALL, opaque }])
    const content = body(whole)['content'] as readonly JsonObject[] // as our encoder makes it
    expect(content.map((block) => block['type'])).toEqual(['thinking', 'tool_use'])
    expect(decoded({ messages: [{ role: 'assistant', content }] }).messages[0]?.parts).toEqual([
      { ...CALL, opaque },
    ])
    const items = streamed([
      { type: 'start' },
      { type: 'tool-call-start', index: 0, id: 'a', name: 'f', opaque },
      { type: 'tool-call-end', index: 0 },
      { type: 'finish', reason: 'tool-calls' },
    ])
    const signatures = items.filter(({ data }) => JSON.stringify(data).includes('signature_delta'))
    expect(signatures).toHaveLength(1)
    expect(signatures[0]?.data).toMatchObject({ delta: { signature: content[0]?.['signature'] } })
  })

  test('pitfall 74 a tool round without its thinking is sent with thinking off', () => {
    const notes: Note[] = []
    const wish = { enabled: true, budgetTokens: 2000 }
    const bare = sent({ reasoning: wish, messages: [user('x'), calls('a'), results('a')] }, {}, notes)
    expect(bare['thinking']).toBeUndefined()
    expect(notes).toMatchObject([{ field: 'thinking' }])
    const whole = sent({ reasoning: wish, messages: [user('x'), said(signed('t', 's'), CALL), results('a')] })
    expect(whole['thinking']).toMatchObject({ type: 'enabled' })
  })

  test('pitfall 141 a mark on thinking moves to the block before it', () => {
    const thought: AssistantPart = { ...signed('t', 's'), cache: {} } as AssistantPart // a reasoning part with a mark
    expect(
      sentMessages([user('x'), said({ type: 'text', text: 'y' }, thought, CALL), results('a')]),
    ).toMatchObject([
      {},
      { content: [{ type: 'text', cache_control: { type: 'ephemeral' } }, { type: 'thinking' }, {}] },
      {},
    ])
  })
})

describe('how much to think', () => {
  test('pitfall 98 an effort becomes a budget below the limit, or adaptive thinking', () => {
    const { thinking } = asked({ effort: 'high' }, {}, { maxOutputTokens: 1500 })
    expect(thinking).toMatchObject({ type: 'enabled' })
    const budget = (thinking as JsonObject)['budget_tokens'] as number // checked to be there just above
    expect(budget).toBeGreaterThanOrEqual(1024)
    expect(budget).toBeLessThan(1500)
    const adaptive = asked({ effort: 'high' }, { thinking: 'adaptive' })
    expect(adaptive).toMatchObject({ thinking: { type: 'adaptive' }, output_config: { effort: 'high' } })
    expect(JSON.stringify(adaptive)).not.toContain('budget_tokens')
  })

  test('pitfall 98 a limit left open makes room for the budget, one too small drops the thinking', () => {
    const open = asked({ budgetTokens: 8000 }, { defaultMaxTokens: 2000 })
    expect(open).toMatchObject({ max_tokens: 10_000, thinking: { budget_tokens: 8000 } })
    const notes: Note[] = []
    expect(asked({ effort: 'low' }, {}, { maxOutputTokens: 500 }, notes)['thinking']).toBeUndefined()
    expect(notes).toMatchObject([{ field: 'thinking', kind: 'dropped' }])
    expect(asked({ budgetTokens: 10 }, {}, { maxOutputTokens: 4000 })).toMatchObject({
      thinking: { budget_tokens: 1024 },
    })
  })

  test('pitfall 99 effort without thinking goes back as it came', () => {
    const wire = {
      model: 'up',
      max_tokens: 9,
      messages: [{ role: 'user', content: 'x' }],
      output_config: { effort: 'low', task_budget: 3 },
    }
    expect(throughRequest(wire)).toEqual(wire)
    const off = { ...wire, thinking: { type: 'disabled' } }
    expect(throughRequest(off)).toEqual(off)
  })

  test('pitfall 100 none is off and minimal is the least there is', () => {
    expect(asked({ effort: 'none' })['thinking']).toBeUndefined()
    expect(asked({ effort: 'none' }, { thinking: 'adaptive' })['thinking']).toEqual({ type: 'disabled' })
    expect(asked({ effort: 'minimal' }, { thinking: 'adaptive' })['output_config']).toEqual({ effort: 'low' })
  })

  test('a model that does not think is not asked to, and that is told', () => {
    const notes: Note[] = []
    expect(asked({ enabled: true }, { thinking: 'none' }, {}, notes)['thinking']).toBeUndefined()
    expect(notes).toMatchObject([{ field: 'thinking' }])
  })

  test('the adaptive words of a client go out unchanged', () => {
    const wire = {
      model: 'up',
      max_tokens: 9,
      messages: [{ role: 'user', content: 'x' }],
      thinking: { type: 'adaptive', display: 'updates' },
      output_config: { effort: 'xhigh' },
    }
    expect(throughRequest(wire)).toEqual(wire)
    expect(decoded({ ...wire }).reasoning).toMatchObject({ enabled: true, visible: true, effort: 'xhigh' })
  })

  test('pitfall 103 sampling fields that thinking forbids are dropped', () => {
    const notes: Note[] = []
    const out = asked({ budgetTokens: 2000 }, {}, { temperature: 0.2, topK: 5, topP: 0.5 }, notes)
    expect(out).not.toHaveProperty('temperature')
    expect(out).not.toHaveProperty('top_k')
    expect(out).not.toHaveProperty('top_p')
    expect(notes.map((note) => note.field).toSorted()).toEqual(['temperature', 'top_k', 'top_p'])
    expect(asked({ budgetTokens: 2000 }, {}, { temperature: 1, topP: 0.96 })).toMatchObject({
      temperature: 1,
      top_p: 0.96,
    })
  })

  test('pitfall 104 a forced tool wins over thinking', () => {
    const notes: Note[] = []
    const tools = [{ type: 'function', name: 'f' }]
    const out = asked({ budgetTokens: 2000 }, {}, { tools, toolChoice: { type: 'required' } }, notes)
    expect(out['tool_choice']).toEqual({ type: 'any' })
    expect(out['thinking']).toBeUndefined()
    expect(notes).toMatchObject([{ field: 'thinking' }])
  })

  test('L06 pitfall 75 thinking of an upstream streams as thinking, signed once before its end', () => {
    const items = streamed([
      { type: 'start' },
      { type: 'reasoning-start', index: 0 },
      { type: 'reasoning-delta', index: 0, text: 'hm' },
      { type: 'reasoning-end', index: 0, opaque: { issuer: 'dialect:anthropic', value: 'sig' } },
      { type: 'text-start', index: 1 },
      { type: 'text-delta', index: 1, text: 'so' },
      { type: 'text-end', index: 1 },
      { type: 'finish', reason: 'stop' },
    ])
    expect(items.slice(1, 5).map(({ data }) => data)).toEqual([
      {
        type: 'content_block_start',
        index: 0,
        content_block: { type: 'thinking', thinking: '', signature: '' },
      },
      { type: 'content_block_delta', index: 0, delta: { type: 'thinking_delta', thinking: 'hm' } },
      { type: 'content_block_delta', index: 0, delta: { type: 'signature_delta', signature: 'sig' } },
      { type: 'content_block_stop', index: 0 },
    ])
    expect(items.filter(({ data }) => JSON.stringify(data).includes('signature_delta'))).toHaveLength(1)
  })

  test('pitfall 106 thinking alone is an answer', () => {
    const whole = answer([{ type: 'reasoning', text: 'hm' }], { finish: { reason: 'length' } })
    expect(body(whole)).toMatchObject({
      content: [{ type: 'thinking', thinking: 'hm', signature: '' }],
      stop_reason: 'max_tokens',
    })
    expect(fold([{ type: 'start' }, { type: 'finish', reason: 'stop' }]).parts).toEqual([])
  })
})
