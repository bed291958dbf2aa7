import { describe, expect, test } from 'vitest'
import { fold, type Message, type Note, type ReasoningPart, seal, unfold } from '#core'
import {
  answer,
  body,
  CLAUDE,
  decoded,
  sent,
  sentMessages,
  streamed,
  throughRequest,
  understood,
  user,
} from './fixture.contract.ts'

const OTHER = { issuer: 'gemini-main', value: { s: 1 } }
const thought = (part: Omit<ReasoningPart, 'type'>): Message => ({
  role: 'assistant',
  parts: [
    { type: 'reasoning', ...part },
    { type: 'text', text: 'so' },
  ],
})
const first = (message: Message, model = CLAUDE, notes: Note[] = []) =>
  (sentMessages([user('a'), message, user('b')], { model, notes }) as { content: unknown[] }[])[1]?.content[0] // turns of blocks

describe('thinking', () => {
  test('pitfall 76 a signature without text survives, both ways', () => {
    const block = { reasoningContent: { reasoningText: { text: '', signature: 'c2ln' } } }
    const events = understood(
      { contentBlockDelta: { contentBlockIndex: 0, delta: { reasoningContent: { signature: 'c2ln' } } } },
      { messageStop: { stopReason: 'end_turn' } },
    )
    expect(fold(events).parts).toEqual([
      { type: 'reasoning', text: '', opaque: { issuer: 'br', value: 'c2ln' } },
    ])
    expect(first(thought({ text: '', opaque: { issuer: 'br', value: 'c2ln' } }))).toEqual(block)
  })

  test('pitfall 78 redacted thinking keeps its bytes', () => {
    const block = { reasoningContent: { redactedContent: 'QUJD' } }
    const messages = [
      { role: 'user', content: [{ text: 'a' }] },
      { role: 'assistant', content: [block, { text: 'b' }] },
    ]
    expect(decoded({ messages }).messages[1]?.parts[0]).toEqual({
      type: 'reasoning',
      text: '',
      redacted: true,
      opaque: { issuer: 'dialect:bedrock', value: 'QUJD' },
    })
    expect(throughRequest({ messages })['messages']).toEqual(messages)
    expect(
      first(thought({ text: '', redacted: true, opaque: { issuer: 'dialect:anthropic', value: 'QUJD' } })),
    ).toEqual(block)
  })

  test('state of another provider goes to the client sealed, as text and as bytes, and is opened again', () => {
    const parts: ReasoningPart[] = [
      { type: 'reasoning', text: 'x', opaque: OTHER },
      { type: 'reasoning', text: '', redacted: true, opaque: OTHER },
    ]
    const { output } = body(answer(parts)) as { output: { message: { content: object[] } } } // our own encoder's output
    const [plain, bytes] = output.message.content
    expect(plain).toEqual({ reasoningContent: { reasoningText: { text: 'x', signature: seal(OTHER) } } })
    expect(bytes).toEqual({ reasoningContent: { redactedContent: btoa(seal(OTHER)) } })
    const again = decoded({
      messages: [
        { role: 'user', content: [{ text: 'q' }] },
        { role: 'assistant', content: [plain ?? {}, bytes ?? {}] },
      ] as never,
    })
    expect(again.messages[1]?.parts).toEqual(parts)
    expect(fold(understood(...streamed(unfold(answer(parts))))).parts).toMatchObject([
      { text: 'x' },
      { redacted: true },
    ])
  })

  test('only its issuer gets it back; what Anthropic signed also a Claude here', () => {
    const notes: Note[] = []
    expect(first(thought({ text: 'x', opaque: OTHER }), CLAUDE, notes)).toEqual({ text: 'so' })
    expect(notes).toMatchObject([{ kind: 'dropped', field: 'reasoningContent' }])
    const signed = thought({ text: 'x', opaque: { issuer: 'dialect:anthropic', value: 's' } })
    expect(first(signed)).toEqual({ reasoningContent: { reasoningText: { text: 'x', signature: 's' } } })
    expect(first(signed, 'amazon.nova-pro-v1:0')).toEqual({ text: 'so' })
  })

  test('unsigned thinking goes back to its own dialect alone', () => {
    const block = { reasoningContent: { reasoningText: { text: 'hm' } } }
    const messages = [
      { role: 'user', content: [{ text: 'a' }] },
      { role: 'assistant', content: [block, { text: 'b' }] },
    ]
    expect(throughRequest({ messages }, { model: 'deepseek.r1-v1:0' })['messages']).toEqual(messages)
    expect(first(thought({ text: 'hm' }))).toEqual({ text: 'so' })
  })

  test("another provider's state on a call travels in an empty thought before it", () => {
    const part = { type: 'tool-call', id: 'c', name: 'f', arguments: '{}', opaque: OTHER } as const
    const { output } = body(answer([part], { finish: { reason: 'tool-calls' } })) as {
      output: { message: object }
    } // our own encoder's output
    const messages = [{ role: 'user', content: [{ text: 'q' }] }, output.message as never]
    expect(decoded({ messages }).messages[1]?.parts).toEqual([part])
  })
})

const fields = (model: string, reasoning: object, more: object = {}, notes: Note[] = []) =>
  sent({ reasoning, ...more }, { model, notes })['additionalModelRequestFields']

describe('the wish to think', () => {
  test('is said in the words of the family', () => {
    expect(fields(CLAUDE, { budgetTokens: 2048 })).toEqual({
      thinking: { type: 'enabled', budget_tokens: 2048 },
    })
    expect(fields('us.amazon.nova-2-lite-v1:0', { effort: 'low' })).toEqual({
      reasoningConfig: { type: 'enabled', maxReasoningEffort: 'low' },
    })
    expect(fields('openai.gpt-oss-120b-1:0', { effort: 'high' })).toEqual({ reasoning_effort: 'high' })
    const notes: Note[] = []
    expect(fields('meta.llama3-70b-instruct-v1:0', { effort: 'high' }, {}, notes)).toBeUndefined()
    expect(notes).toMatchObject([{ kind: 'dropped', field: 'thinking' }])
  })

  test('yields to a forced tool and to an unsigned round of tools', () => {
    const tools = [{ type: 'function', name: 'f' }]
    expect(
      fields(CLAUDE, { budgetTokens: 2048 }, { tools, toolChoice: { type: 'required' } }),
    ).toBeUndefined()
    const messages = [
      user('a'),
      { role: 'assistant', parts: [{ type: 'tool-call', id: 'c', name: 'f', arguments: '{}' }] },
      { role: 'tool', parts: [{ type: 'tool-result', callId: 'c', content: [] }] },
    ]
    expect(fields(CLAUDE, { budgetTokens: 2048 }, { tools, messages })).toBeUndefined()
  })

  test('takes sampling with it, and leaves it where there is no thinking', () => {
    const notes: Note[] = []
    const request = { reasoning: { budgetTokens: 2048 }, temperature: 0.2, topP: 0.5, topK: 5 }
    expect(sent(request, { notes })).not.toHaveProperty('inferenceConfig')
    expect(notes.map(({ field }) => field).toSorted()).toEqual(['temperature', 'topP', 'top_k'])
  })

  test.each([
    [{ thinking: { type: 'enabled', budget_tokens: 1024 } }, { enabled: true, budgetTokens: 1024 }],
    [{ reasoning_config: { type: 'enabled', budget_tokens: 1024 } }, { enabled: true, budgetTokens: 1024 }],
    [
      { thinking: { type: 'adaptive' }, output_config: { effort: 'high' } },
      { enabled: true, effort: 'high' },
    ],
    [{ reasoning_config: 'high' }, { effort: 'high' }],
    [{ reasoning_effort: 'medium' }, { effort: 'medium' }],
    [{ reasoningConfig: { type: 'enabled', maxReasoningEffort: 'low' } }, { enabled: true, effort: 'low' }],
    [{ thinking: { type: 'disabled' } }, { enabled: false }],
  ])('%j is understood, and goes back as it came', (additionalModelRequestFields, wish) => {
    expect(decoded({ additionalModelRequestFields }).reasoning).toMatchObject(wish)
    expect(throughRequest({ additionalModelRequestFields })).toMatchObject({ additionalModelRequestFields })
  })
})
