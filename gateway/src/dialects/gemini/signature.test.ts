/** Thought signatures: where they are found, how clients carry them, and that they come back to their part alone. */

import { expect, test } from 'vitest'
import { fold, stringOf, unfold } from '#core'
import type { AssistantPart, ChatResponse, JsonObject, JsonValue, Message, Note } from '#core'
import { anthropic } from '../anthropic/index.ts'
import { openaiChat } from '../openai-chat/index.ts'
import {
  answer,
  answerContext,
  answered,
  body,
  candidate,
  decoded,
  partsOf,
  results,
  sentContents,
  streamed,
  throughRequest,
  understood,
  user,
} from './fixture.contract.ts'

/** The answer as history, at the provider again. */
function returned(response: ChatResponse, traits = {}, notes: Note[] = []): JsonValue {
  const contents = sentContents([user('q'), { role: 'assistant', parts: response.parts }], traits, notes)
  const [, model] = contents as readonly JsonObject[] // as turns are written
  return model?.['parts'] ?? null
}

/** The same, by way of a client of this dialect. */
function throughClient(parts: JsonValue | undefined): JsonValue {
  const history = {
    contents: [
      { role: 'user', parts: [{ text: 'q' }] },
      { role: 'model', parts: parts ?? [] },
    ],
  }
  const { messages } = decoded(history)
  const [, model] = sentContents(messages) as readonly JsonObject[] // as turns are written
  return model?.['parts'] ?? null
}

const CALLS = [
  { functionCall: { id: 'a', name: 'f', args: { x: 1 } }, thoughtSignature: 'c2lnQQ==' },
  { functionCall: { id: 'b', name: 'f', args: {} } },
]

test('pitfall 82 a signature comes back on exactly the call it came with', () => {
  const response = answered(CALLS)
  expect(response.parts).toMatchObject([{ opaque: { issuer: 'go', value: 'c2lnQQ==' } }, { id: 'b' }])
  expect(response.parts[1]).not.toHaveProperty('opaque')
  expect(returned(response)).toMatchObject(CALLS)
  expect(throughClient(partsOf(body(response)))).toMatchObject(CALLS)
})

test('pitfall 82 a client of this dialect gets signatures as plain base64, whatever is sealed in them', () => {
  const [first] = partsOf(body(answered(CALLS))) as readonly JsonObject[] // as parts are written
  expect(first?.['thoughtSignature']).toMatch(/^[A-Za-z0-9+/]+=*$/)
  // SDKs decode the bytes and may encode them in the other alphabet.
  const urlSafe = (stringOf(first?.['thoughtSignature']) ?? '').replaceAll('+', '-').replaceAll('/', '_')
  expect(throughClient([{ ...first, thoughtSignature: urlSafe }])).toMatchObject([CALLS[0]])
})

const call = (id: string): AssistantPart => ({ type: 'tool-call', id, name: 'f', arguments: '{}' })

test('pitfall 82 84 signatures come back through clients of other dialects', () => {
  const parts = [{ text: 'Hi', thoughtSignature: 'dGV4dA==' }, ...CALLS]
  const response = answered(parts)
  const asked = { role: 'user', content: 'q' }
  const limits = { model: 'm', max_tokens: 9 }
  const [choice] = openaiChat.chat.encodeResponse(response, answerContext())[
    'choices'
  ] as readonly JsonObject[] // its shape
  const { content } = anthropic.chat.encodeResponse(response, answerContext())
  const histories = [
    openaiChat.chat.decodeRequest({ ...limits, messages: [asked, choice?.['message'] ?? null] }),
    anthropic.chat.decodeRequest(
      { ...limits, messages: [asked, { role: 'assistant', content: content ?? [] }] },
      'chat',
    ),
  ]
  for (const { messages } of histories) {
    const [, model] = sentContents(messages) as readonly JsonObject[] // as turns are written
    expect(model?.['parts']).toMatchObject(parts)
  }
})

test('pitfall 83 calls made elsewhere bear the stand-in, on the first of a turn', () => {
  const notes: Note[] = []
  const history: Message[] = [
    user('q'),
    { role: 'assistant', parts: [call('a'), call('b')] },
    results('a', 'b'),
    {
      role: 'assistant',
      parts: [{ ...call('c'), opaque: { issuer: 'go', value: 'c2ln' } } as AssistantPart, call('d')],
    },
    results('c', 'd'),
  ]
  const signatures = (traits: object): unknown[] =>
    (sentContents(history, traits, notes) as readonly { parts: readonly JsonObject[] }[]) // as turns are written
      .flatMap(({ parts }) => parts)
      .filter((part) => part['functionCall'] !== undefined)
      .map((part) => part['thoughtSignature'])
  expect(signatures({ callSignatures: true })).toEqual([
    'skip_thought_signature_validator',
    undefined,
    'c2ln',
    undefined,
  ])
  expect(notes).toMatchObject([{ field: 'thoughtSignature' }])
  expect(signatures({})).toEqual([undefined, undefined, 'c2ln', undefined])
})

test('pitfall 84 the signature of an empty text stays, the text is unchanged', () => {
  const events = understood(
    candidate([{ text: 'Hi' }]),
    candidate([{ text: '', thoughtSignature: 'c2ln' }], { finishReason: 'STOP' }),
  )
  const response = fold(events)
  expect(response.parts).toMatchObject([
    { type: 'text', text: 'Hi' },
    { type: 'reasoning', text: '' },
  ])
  expect(returned(response)).toEqual([{ text: 'Hi' }, { text: '', thoughtSignature: 'c2ln' }])
  const pieces = streamed(events).flatMap((chunk) => partsOf(chunk) as readonly JsonObject[]) // as parts are written
  expect(throughClient(pieces)).toEqual([{ text: 'Hi' }, { text: '', thoughtSignature: 'c2ln' }])
})

test('pitfall 84 the signature of a text comes back on the text, even from clients that keep thinking apart', () => {
  const signed = { text: 'Hi', thoughtSignature: 'c2ln' }
  const response = answered([signed])
  expect(returned(response)).toEqual([signed])
  expect(returned({ ...response, parts: response.parts.toReversed() })).toEqual([signed])
  expect(throughClient(partsOf(body(response)))).toEqual([signed])
})

test('pitfall 85 thinking gathers until its signature, and never across one', () => {
  const events = understood(
    candidate([{ text: 'a', thought: true }]),
    candidate([{ text: 'b', thought: true }]),
    candidate([{ text: '', thought: true, thoughtSignature: 'cw==' }]),
    candidate([{ text: 'c', thought: true, thoughtSignature: 'dA==' }]),
    candidate([{ text: 'x', thoughtSignature: 'dQ==' }]),
    candidate([{ text: 'y' }], { finishReason: 'STOP' }),
  )
  expect(returned(fold(events))).toEqual([
    { text: 'ab', thought: true, thoughtSignature: 'cw==' },
    { text: 'c', thought: true, thoughtSignature: 'dA==' },
    { text: 'x', thoughtSignature: 'dQ==' },
    { text: 'y' },
  ])
})

test('pitfall 86 another provider gets none of it', () => {
  const notes: Note[] = []
  const parts = answered([{ text: 't', thought: true, thoughtSignature: 'cw==' }, ...CALLS]).parts.map(
    (part) =>
      'opaque' in part && part.opaque !== undefined
        ? { ...part, opaque: { ...part.opaque, issuer: 'vertex' } }
        : part,
  )
  const response = answer(parts)
  expect(returned(response, { callSignatures: true }, notes)).toEqual([
    { ...CALLS[0], thoughtSignature: 'skip_thought_signature_validator' },
    CALLS[1],
  ])
  expect(notes.map(({ field }) => field)).toEqual([
    'thinking',
    'functionCall',
    'functionCall',
    'thoughtSignature',
  ])
})

test('pitfall 87 thoughts are thinking, not text', () => {
  expect(answered([{ text: 'x', thought: true }, { text: 'y' }]).parts).toEqual([
    { type: 'reasoning', text: 'x' },
    { type: 'text', text: 'y' },
  ])
})

test('thoughts without a signature go back only to where a client of this dialect got them', () => {
  const notes: Note[] = []
  const contents = [
    { role: 'user', parts: [{ text: 'q' }] },
    { role: 'model', parts: [{ text: 'x', thought: true }, { text: 'y' }] },
  ]
  expect(throughRequest({ contents })).toEqual({ contents })
  expect(
    returned(
      answer([
        { type: 'reasoning', text: 'x' },
        { type: 'text', text: 'y' },
      ]),
      {},
      notes,
    ),
  ).toEqual([{ text: 'y' }])
  expect(notes).toMatchObject([{ kind: 'dropped', field: 'thinking' }])
})

test('state of another provider passes through a client of this dialect', () => {
  const opaque = { issuer: 'an', value: 'hidden' }
  const parts: AssistantPart[] = [
    { type: 'reasoning', text: '', redacted: true, opaque },
    { type: 'reasoning', text: 'seen', opaque: { issuer: 'an', value: 'signed' } },
    { type: 'text', text: 'y' },
  ]
  for (const wire of [
    partsOf(body(answer(parts))),
    streamed(unfold(answer(parts))).flatMap((chunk) => partsOf(chunk) as readonly JsonObject[]),
  ]) {
    const [, model] = decoded({
      contents: [{ parts: [{ text: 'q' }] }, { role: 'model', parts: wire ?? [] }],
    }).messages
    const kept = model?.parts.filter((part) => part.type === 'reasoning' && part.opaque !== undefined)
    expect(kept).toMatchObject([{ redacted: true, opaque }, { opaque: { issuer: 'an', value: 'signed' } }])
  }
})
