/**
 * Generators of neutral requests and answers for the dialect contract, limited to what a dialect can say. A feature that
 * a dialect lacks is named with the reason; everything else is generated for it.
 */

import * as fc from 'fast-check'
import type {
  AssistantMessage,
  AssistantPart,
  ChatRequest,
  ChatResponse,
  FinishReason,
  JsonObject,
  MediaPart,
  Message,
  Operation,
  ReasoningWish,
  TextPart,
  TokenProbability,
  ToolResultPart,
} from '#core'

export type Feature =
  | 'maxOutputTokens'
  | 'temperature'
  | 'topP'
  | 'topK'
  | 'frequencyPenalty'
  | 'presencePenalty'
  | 'seed'
  | 'stop'
  | 'user'
  | 'probabilities'
  | 'tokenBytes'
  | 'streamUsage'
  | 'tools'
  | 'toolChoice'
  | 'parallelToolCalls'
  | 'strict'
  | 'toolWithoutParameters'
  | 'callsWithoutTools'
  | 'jsonMode'
  | 'jsonSchema'
  | 'schemaName'
  | 'midSystem'
  | 'textParts'
  | 'images'
  | 'imageUrls'
  | 'toolResultImages'
  | 'toolResultName'
  | 'isError'
  | 'emptyResult'
  | 'thinkingInHistory'
  | 'thinkingInAnswer'
  | 'textAfterCall'
  | 'brokenArguments'
  | 'modelInAnswer'
  | 'cachedTokens'
  | 'cacheWrites'
  | 'reasoningTokens'

export interface Speech {
  /** What the dialect has no word for, and why. */
  readonly lacks: Readonly<Partial<Record<Feature, string>>>
  /** Thinking wishes it can say exactly; none when empty. */
  readonly wishes: readonly ReasoningWish[]
  /** Reasons for an ending without tool calls that it can say exactly. */
  readonly finishes: readonly FinishReason[]
  /** Fields of its own that ride on a request. */
  readonly extras?: readonly JsonObject[]
}

const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII='

// Edges without blanks or brackets: some dialects trim, and brackets begin the marks dialects put into text.
const text = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 24 })
  .filter((value) => value.trim() === value && value !== '' && !/^[[{(<]/.test(value))
const name = fc.stringMatching(/^[a-z][a-z0-9_]{0,15}$/)
const leaf = fc.oneof(
  text,
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
  fc.array(fc.integer(), { maxLength: 3 }),
)
const args = fc.dictionary(name, leaf, { maxKeys: 3 }).map((value) => JSON.stringify(value))
const schema = fc.constantFrom<JsonObject>(
  { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  { type: 'object', properties: { n: { type: 'integer' }, deep: { type: 'object', properties: {} } } },
)

export function requests(speech: Speech, operation: Operation = 'chat'): fc.Arbitrary<ChatRequest> {
  const can = (feature: Feature) => speech.lacks[feature] === undefined
  const chat = operation === 'chat'
  const decimal = fc.integer({ min: 0, max: 10 }).map((value) => value / 10)
  const fields: Partial<Record<Feature, fc.Arbitrary<unknown>>> = {
    maxOutputTokens: fc.integer({ min: 16, max: 100_000 }),
    temperature: decimal,
    topP: decimal,
    topK: fc.integer({ min: 1, max: 500 }),
    frequencyPenalty: decimal,
    presencePenalty: decimal,
    seed: fc.nat(),
    stop: fc.array(text, { minLength: 1, maxLength: 4 }),
    user: name,
    probabilities: fc.record({ top: fc.integer({ min: 1, max: 20 }) }, { requiredKeys: [] }),
  }
  const spoken: Record<string, fc.Arbitrary<unknown>> = {}
  for (const [field, arbitrary] of Object.entries(fields))
    if (can(field as Feature)) spoken[field] = arbitrary
  return fc
    .record({
      model: name,
      stream: fc.boolean(),
      messages: chat ? conversations(speech) : prompts(speech),
      sampling: fc.record(spoken, { requiredKeys: [] }),
      format: optional(formats(can)),
      wish: speech.wishes.length === 0 ? fc.constant(undefined) : optional(fc.constantFrom(...speech.wishes)),
      tools: chat && can('tools') ? toolFields(can) : fc.constant({}),
      own: speech.extras === undefined ? fc.constant(undefined) : optional(fc.constantFrom(...speech.extras)),
    })
    .map(({ model, stream, messages, sampling, format, wish, tools, own }) => ({
      model,
      messages,
      stream,
      ...(chat ? {} : { operation }),
      // Every arbitrary in `fields` and `toolFields` yields the type of the field it is named after.
      ...(sampling as Partial<ChatRequest>),
      ...(tools as Partial<ChatRequest>),
      ...(format === undefined ? {} : { responseFormat: format as ChatRequest['responseFormat'] & {} }),
      ...(wish === undefined ? {} : { reasoning: wish }),
      ...(stream && can('streamUsage') ? { streamUsage: true } : {}),
      ...(own === undefined ? {} : { extras: own }),
    }))
    .map((request: ChatRequest) => (can('callsWithoutTools') ? request : equipped(request)))
}

/** With a tool where calls were made and none is offered. */
function equipped(request: ChatRequest): ChatRequest {
  const called = request.messages.some((message) => message.parts.some((part) => part.type === 'tool-call'))
  if (!called || request.tools !== undefined) return request
  const parameters = { type: 'object', properties: { n: { type: 'integer' } } }
  return { ...request, tools: [{ type: 'function', name: 'offered', parameters }] }
}

function formats(can: (feature: Feature) => boolean): fc.Arbitrary<unknown> {
  const known: fc.Arbitrary<unknown>[] = []
  if (can('jsonMode')) known.push(fc.constant({ type: 'json' }))
  if (can('jsonSchema')) {
    known.push(
      fc.record({
        type: fc.constant('json-schema'),
        schema,
        ...(can('schemaName') ? { name } : {}),
      }),
    )
  }
  return known.length === 0 ? fc.constant(undefined) : fc.oneof(...known)
}

function toolFields(can: (feature: Feature) => boolean): fc.Arbitrary<object> {
  const tool = fc.record(
    {
      type: fc.constant('function'),
      name,
      description: text,
      parameters: schema,
      ...(can('strict') ? { strict: fc.constant(true) } : {}),
    },
    { requiredKeys: can('toolWithoutParameters') ? ['type', 'name'] : ['type', 'name', 'parameters'] },
  )
  const tools = fc.uniqueArray(tool, { minLength: 1, maxLength: 3, selector: (each) => each.name })
  return optional(tools).chain((list) => {
    if (list === undefined) return fc.constant({})
    const first = list[0]?.name ?? ''
    const choice = fc.constantFrom(
      { type: 'auto' },
      { type: 'none' },
      { type: 'required' },
      { type: 'tool', name: first },
    )
    return fc.record(
      {
        tools: fc.constant(list),
        ...(can('toolChoice') ? { toolChoice: choice } : {}),
        ...(can('parallelToolCalls') ? { parallelToolCalls: fc.constant(false) } : {}),
      },
      { requiredKeys: ['tools'] },
    )
  })
}

function prompts(speech: Speech): fc.Arbitrary<readonly Message[]> {
  return fc
    .tuple(optional(text), userParts(speech))
    .map(([system, parts]) => [...systemOf(system), { role: 'user', parts }])
}

interface Round {
  readonly system: string | undefined
  readonly parts: readonly (TextPart | MediaPart)[]
  readonly answer: AssistantMessage
  readonly results: readonly ToolResultPart[]
}

/** A system prompt, rounds of question, answer and results, and a last question. */
function conversations(speech: Speech): fc.Arbitrary<readonly Message[]> {
  const can = (feature: Feature) => speech.lacks[feature] === undefined
  const round: fc.Arbitrary<Round> = fc
    .tuple(
      can('midSystem') ? optional(text) : fc.constant(undefined),
      userParts(speech),
      assistantParts(speech, can('thinkingInHistory')),
      fc.array(result(speech), { minLength: 4, maxLength: 4 }),
    )
    .map(([system, parts, said, outcomes]) => ({
      system,
      parts,
      answer: { role: 'assistant', parts: said },
      results: said
        .filter((part) => part.type === 'tool-call')
        .map((call, index) => ({
          ...(outcomes[index] ?? { content: [] }),
          type: 'tool-result' as const,
          callId: call.id,
          ...(can('toolResultName') ? { name: call.name } : {}),
        })),
    }))
  return fc
    .tuple(optional(text), fc.array(round, { maxLength: 3 }), userParts(speech))
    .map(([system, rounds, last]) =>
      numbered([
        ...systemOf(system),
        ...rounds.flatMap((each, index): Message[] => [
          ...(index === 0 ? [] : systemOf(each.system)),
          { role: 'user', parts: each.parts },
          each.answer,
          ...(each.results.length === 0 ? [] : [{ role: 'tool', parts: each.results } as const]),
        ]),
        { role: 'user', parts: last },
      ]),
    )
}

/** Ids unique in the whole conversation, in the order of the calls. */
function numbered(messages: readonly Message[]): readonly Message[] {
  let turn = 0
  return messages.map((message): Message => {
    if (message.role === 'assistant') {
      turn++
      return {
        ...message,
        parts: message.parts.map((part) =>
          part.type === 'tool-call' ? { ...part, id: `${part.id}${turn}` } : part,
        ),
      }
    }
    if (message.role !== 'tool') return message
    return { ...message, parts: message.parts.map((part) => ({ ...part, callId: `${part.callId}${turn}` })) }
  })
}

function userParts(speech: Speech): fc.Arbitrary<readonly (TextPart | MediaPart)[]> {
  const can = (feature: Feature) => speech.lacks[feature] === undefined
  const sources: MediaPart['source'][] = []
  if (can('images')) sources.push({ type: 'base64', mediaType: 'image/png', data: PIXEL })
  if (can('imageUrls')) sources.push({ type: 'url', url: 'https://example.com/cat.png' })
  const images =
    sources.length === 0
      ? fc.constant([])
      : fc.array(fc.constantFrom(...sources).map(image), { maxLength: 2 })
  const texts = fc.array(textPart, { minLength: 1, maxLength: can('textParts') ? 2 : 1 })
  return fc.tuple(texts, images).map(([said, shown]) => [...said, ...shown])
}

function assistantParts(speech: Speech, thinking: boolean): fc.Arbitrary<readonly AssistantPart[]> {
  const can = (feature: Feature) => speech.lacks[feature] === undefined
  const input = can('brokenArguments') ? fc.oneof({ weight: 5, arbitrary: args }, fc.constant('{"cut')) : args
  const call = fc.record({ name, input })
  return fc
    .record({
      thought: thinking ? optional(text) : fc.constant(undefined),
      said: optional(text),
      calls: fc.array(call, { maxLength: 3 }),
      after: can('textAfterCall') ? optional(text) : fc.constant(undefined),
    })
    .map(({ thought, said, calls, after }): AssistantPart[] => [
      ...(thought === undefined ? [] : [{ type: 'reasoning', text: thought } as const]),
      ...(said === undefined && calls.length > 0 ? [] : [{ type: 'text', text: said ?? 'Well.' } as const]),
      ...calls.map((each, index) => ({
        type: 'tool-call' as const,
        id: `call_${index}_`,
        name: each.name,
        arguments: each.input,
      })),
      ...(after === undefined || calls.length === 0 ? [] : [{ type: 'text', text: after } as const]),
    ])
}

function result(speech: Speech): fc.Arbitrary<Pick<ToolResultPart, 'content' | 'isError'>> {
  const can = (feature: Feature) => speech.lacks[feature] === undefined
  const shown = image({ type: 'base64', mediaType: 'image/png', data: PIXEL })
  return fc
    .record({ said: optional(text), picture: fc.boolean(), failed: fc.boolean() })
    .map(({ said, picture, failed }) => ({
      content: [
        ...(said === undefined && can('emptyResult') ? [] : [{ type: 'text', text: said ?? 'ok' } as const]),
        ...(picture && can('toolResultImages') ? [shown] : []),
      ],
      ...(failed && can('isError') ? { isError: true } : {}),
    }))
}

export function responses(speech: Speech, operation: Operation = 'chat'): fc.Arbitrary<ChatResponse> {
  const can = (feature: Feature) => speech.lacks[feature] === undefined
  const count = fc.nat({ max: 5000 })
  const parts = assistantParts(speech, can('thinkingInAnswer')).map((list) => {
    const kept = operation === 'chat' ? list : list.filter((part) => part.type !== 'tool-call').slice(0, 2)
    return kept.length === 0 ? [{ type: 'text', text: 'Well.' } as const] : kept
  })
  const likelihood = fc.integer({ min: -900, max: 0 }).map((value) => value / 100)
  // In order of likelihood, none twice, and no numbers: one language has them as the keys of an object.
  const alternatives = fc
    .array(fc.record({ token: text, logProbability: likelihood }), { maxLength: 2 })
    .map((list) => list.toSorted((a, b) => b.logProbability - a.logProbability))
    .filter(([first, second]) => first?.token !== second?.token || first === undefined)
    .filter((list) => list.every(({ token }) => !/^\d+$/.test(token)))
  const tokens = fc.array(
    fc.record({ length: fc.integer({ min: 1, max: 3 }), logProbability: likelihood, alternatives }),
    { minLength: 24, maxLength: 24 },
  )
  const weights = can('probabilities') ? optional(tokens) : fc.constant(undefined)
  return fc
    .record({
      parts,
      reason: fc.constantFrom(...speech.finishes),
      input: count,
      output: count,
      read: can('cachedTokens') ? optional(count) : fc.constant(undefined),
      written: can('cacheWrites') ? optional(count) : fc.constant(undefined),
      thought: can('reasoningTokens') ? optional(count) : fc.constant(undefined),
      weights,
    })
    .map(({ weights: given, parts: list, reason, input, output, read, written, thought }) => ({
      start: {},
      parts: list.map((part) =>
        part.type === 'text' && given !== undefined ? weighed(part, given, can('tokenBytes')) : part,
      ),
      finish: { reason: list.some((part) => part.type === 'tool-call') ? 'tool-calls' : reason },
      usage: {
        inputTokens: input + (read ?? 0) + (written ?? 0),
        outputTokens: output + (thought ?? 0),
        ...(read === undefined ? {} : { cacheReadTokens: read }),
        ...(written === undefined ? {} : { cacheWriteTokens: written }),
        ...(thought === undefined ? {} : { reasoningTokens: thought }),
      },
    }))
}

type Weight = Pick<TokenProbability, 'logProbability' | 'alternatives'> & { readonly length: number }

/** The part with its text cut into tokens. */
function weighed(part: TextPart, weights: readonly Weight[], bytes: boolean): TextPart {
  const letters = [...new Intl.Segmenter().segment(part.text)].map(({ segment }) => segment)
  const spelled = (token: string) => (bytes ? { bytes: [...new TextEncoder().encode(token)] } : {})
  const probabilities: TokenProbability[] = []
  for (const { length, logProbability, alternatives } of weights) {
    const token = letters.splice(0, length).join('')
    if (token === '') break
    const others = alternatives.map((each) => ({ ...each, ...spelled(each.token) }))
    probabilities.push({ token, logProbability, ...spelled(token), alternatives: others })
  }
  return { ...part, probabilities }
}

const textPart = text.map((value): TextPart => ({ type: 'text', text: value }))

function image(source: MediaPart['source']): MediaPart {
  return { type: 'media', kind: 'image', source }
}

function systemOf(said: string | undefined): Message[] {
  return said === undefined ? [] : [{ role: 'system', parts: [{ type: 'text', text: said }] }]
}

function optional<T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  return fc.option(arbitrary, { nil: undefined })
}
