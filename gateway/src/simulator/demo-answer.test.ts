import { describe, expect, test } from 'vitest'
import { fold, type ChatRequest, type ChatResponse } from '#core'
import { countDemoTokens, demoEvents } from './demo-answer.ts'

const asking = (text: string, more: Partial<ChatRequest> = {}): ChatRequest => ({
  model: 'demo',
  messages: [{ role: 'user', parts: [{ type: 'text', text }] }],
  stream: false,
  ...more,
})
const answer = (request: ChatRequest): ChatResponse => fold(demoEvents(request))
const textOf = (response: ChatResponse) =>
  response.parts.map((part) => (part.type === 'text' ? part.text : '')).join('')

describe('demoEvents', () => {
  test('repeats the last words, word by word, the same every time', () => {
    const events = demoEvents(asking('good morning'))
    expect(events).toEqual(demoEvents(asking('good morning')))
    expect(textOf(fold(events))).toBe("This is Sluice's built-in demo provider. You said: good morning")
    expect(events.filter((event) => event.type === 'text-delta')).toHaveLength(10)
  })

  test('usage counts words', () => {
    expect(answer(asking('good morning')).usage).toEqual({ inputTokens: 2, outputTokens: 10 })
    expect(countDemoTokens(asking('one two three'))).toBe(3)
  })

  test('stops at the output limit and at stop strings', () => {
    const short = answer(asking('hello', { maxOutputTokens: 3 }))
    expect([textOf(short), short.finish.reason]).toEqual(["This is Sluice's ", 'length'])
    const stopped = answer(asking('hello', { stop: ['demo'] }))
    expect([textOf(stopped), stopped.finish.reason]).toEqual(["This is Sluice's built-in ", 'stop-sequence'])
  })

  test('thinks when asked, and not when asked not to', () => {
    const thinking = answer(asking('hello', { reasoning: { effort: 'low' } }))
    expect(thinking.parts[0]).toEqual({
      type: 'reasoning',
      text: 'The user wrote 1 word. I will repeat what was said.',
    })
    expect(thinking.usage?.reasoningTokens).toBe(11)
    expect(answer(asking('hello', { model: 'demo-thinking' })).parts).toHaveLength(2)
    expect(
      answer(asking('hello', { model: 'demo-thinking', reasoning: { enabled: false } })).parts,
    ).toHaveLength(1)
    expect(answer(asking('hello', { reasoning: { effort: 'none' } })).parts).toHaveLength(1)
  })

  test('calls a tool, then quotes its result instead of calling for ever', () => {
    const tools = [
      { type: 'function', name: 'add', parameters: { properties: { a: { type: 'integer' } } } },
    ] as const
    const request = asking('call add', { tools })
    const called = answer(request)
    expect(called.parts).toEqual([
      { type: 'tool-call', id: 'call_demo_1', name: 'add', arguments: '{"a":1}' },
    ])
    expect(called.finish.reason).toBe('tool-calls')
    const messages: ChatRequest['messages'] = [
      ...request.messages,
      {
        role: 'assistant',
        parts: [{ type: 'tool-call', id: 'call_demo_1', name: 'add', arguments: '{"a":1}' }],
      },
      {
        role: 'tool',
        parts: [
          {
            type: 'tool-result',
            callId: 'call_demo_1',
            name: 'add',
            content: [{ type: 'text', text: '42' }],
          },
        ],
      },
    ]
    const quoted = answer({ ...request, messages })
    expect([textOf(quoted), quoted.finish.reason]).toEqual(['add answered: 42', 'stop'])
    const again = answer({ ...request, messages: [...messages, ...request.messages] })
    expect(again.parts[0]).toMatchObject({ id: 'call_demo_2' })
  })

  test('answers in JSON when asked for JSON', () => {
    const schema = { type: 'object', properties: { n: { type: 'integer' } }, required: ['n'] }
    expect(textOf(answer(asking('x', { responseFormat: { type: 'json-schema', schema } })))).toBe('{"n":1}')
    expect(textOf(answer(asking('x', { responseFormat: { type: 'json' } })))).toBe('{"answer":"x"}')
  })
})
