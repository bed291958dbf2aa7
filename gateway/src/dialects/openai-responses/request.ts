/** A whole request, both ways. */

import {
  arrayOf,
  booleanOf,
  type ChatRequest,
  isObject,
  type JsonDraft,
  type JsonObject,
  type JsonValue,
  type Message,
  numberOf,
  objectOf,
  stringOf,
} from '#core'
import type { EncodeContext } from '../dialect.ts'
import { noteCiting, noteForeignFields } from '../foreign.ts'
import { withRunnableTools } from '../provider-tools.ts'
import { shortUser } from '../short-user.ts'
import { buildsOnKept } from './bound.ts'
import { kindOfOutput } from './client-tools.ts'
import { compact, fieldSet, markOf, NAME, restOf, spareOf } from './extra-fields.ts'
import { decodeInput, trailing, typeOf } from './input.ts'
import { encodeConversation } from './input-writer.ts'
import { decodeProbabilities, encodeProbabilities } from './logprobs.ts'
import { decodeWish, encodeWish } from './reasoning-wish.ts'
import { decodeFormat, encodeText, textRest } from './text-format.ts'
import { allowedOf, decodeToolChoice, encodeChoice } from './tool-choice.ts'
import { decodeTools, encodeToolList } from './tools.ts'
import { lackOf } from './web-search.ts'

const KNOWN = [
  ...fieldSet(
    'model input tools parallel_tool_calls max_output_tokens temperature top_p reasoning text stream user',
  ),
]
/** Less is refused with a 400. */
const MIN_OUTPUT = 16
/** Reasoning models answer 400 to any of these. */
const SAMPLING = ['temperature', 'top_p', 'top_logprobs'] as const
/** Fields that chat completions spell the same way. */
const SHARED = [
  'prompt_cache_key',
  'prompt_cache_retention',
  'safety_identifier',
  'service_tier',
  'metadata',
] as const

/** Fields of other dialects that have a place here; a verbosity stands inside `text`. */
const SAID = [...SHARED, 'verbosity']

export function decodeRequest(body: JsonObject): ChatRequest {
  const { wish, wire } = decodeProbabilities(body)
  const input = wire['input'] ?? undefined
  const added = (arrayOf(input) ?? []).flatMap((item) =>
    isObject(item) && bringsTools(item) ? (arrayOf(item['tools']) ?? []) : [],
  )
  const { tools, names } = decodeTools(arrayOf(wire['tools']) ?? [], added)
  const { messages, items } = trailing(decodeInput(input, names))
  const toolChoice = decodeToolChoice(wire['tool_choice'], names, tools)
  const text = objectOf(wire['text'])
  const known = new Set(KNOWN)
  if (toolChoice !== undefined) known.add('tool_choice')
  if (typeof wire['instructions'] === 'string') known.add('instructions')
  return {
    ...present({
      tools: tools.length === 0 ? undefined : tools,
      toolChoice: toolChoice ?? allowedOf(wire['tool_choice'], names),
      parallelToolCalls: booleanOf(wire['parallel_tool_calls']),
      maxOutputTokens: numberOf(wire['max_output_tokens']),
      temperature: numberOf(wire['temperature']),
      topP: numberOf(wire['top_p']),
      responseFormat: decodeFormat(objectOf(text?.['format']) ?? {}),
      reasoning: isObject(wire['reasoning']) ? decodeWish(wire['reasoning']) : undefined,
      user: stringOf(wire['user']),
      probabilities: wish,
    }),
    model: stringOf(wire['model']) ?? '',
    messages: [...instructionsOf(wire), ...messages],
    stream: wire['stream'] === true,
    ...restOf(wire, known, {
      '~own': true,
      '~text': text === undefined ? undefined : textRest(text),
      '~after': items.length === 0 ? undefined : items,
    }),
  }
}

/** Added at some point of the conversation, or found by a search of the client's. */
function bringsTools(item: JsonObject): boolean {
  return (
    typeOf(item) === 'additional_tools' ||
    (item['type'] === 'tool_search_output' && kindOfOutput(item) !== undefined)
  )
}

type Optional = Omit<ChatRequest, 'model' | 'messages' | 'stream'>

function present(fields: { [K in keyof Optional]: Optional[K] | undefined }): Optional {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
}

function instructionsOf(wire: JsonObject): Message[] {
  const text = stringOf(wire['instructions'])
  if (!text) return []
  const extras = { 'openai-responses': { '~instructions': true } }
  return [{ role: 'system', parts: [{ type: 'text', text }], extras }]
}

export function encodeRequest(asked: ChatRequest, context: EncodeContext): JsonDraft {
  const { traits } = context
  const request = withRunnableTools(asked, NAME, context, lackOf)
  noteSilences(request, context)
  noteForeignFields(request, NAME, context.note, SAID)
  noteCiting(request, context.note)
  const { instructions, input } = encodeConversation(request, context)
  const tools = encodeToolList(request.tools ?? [], context)
  const body: JsonDraft = {
    ...compact({
      model: context.model,
      instructions,
      input: input.length === 0 && buildsOnKept(spareOf(request)) ? undefined : input,
      max_output_tokens: encodeLimit(request, context),
      temperature: request.temperature,
      top_p: request.topP,
      user: shortUser(request.user, context.note),
      tools: tools.length === 0 ? undefined : tools,
    }),
    ...encodeChoice(request, context),
    ...encodeWish(request.reasoning, context),
    ...encodeText(request),
    ...(request.stream ? { stream: true } : {}),
    ...keeping(request, context),
    ...spareOf(request),
  }
  encodeProbabilities(request.probabilities, body, context)
  if (traits.noSampling === true)
    for (const field of SAMPLING) remove(body, field, 'The model refuses it.', context)
  for (const field of traits.refuses ?? []) remove(body, field, 'The provider refuses it.', context)
  return body
}

/** Nothing shall be kept by the provider unless the client said so; then the thinking has to come along in the answer. */
function keeping(request: ChatRequest, context: EncodeContext): JsonDraft {
  if (markOf(request, '~own') === true) return {}
  const shared: Record<string, JsonValue | undefined> = {}
  for (const field of SHARED) shared[field] = request.extras?.['openai-chat']?.[field]
  return {
    store: false,
    ...(context.traits.reasoningWish === 'none' ? {} : { include: ['reasoning.encrypted_content'] }),
    ...compact(shared),
  }
}

function encodeLimit(request: ChatRequest, context: EncodeContext): number | undefined {
  const limit = request.maxOutputTokens
  // A client of this dialect knows the rule of the server it asked for.
  if (limit === undefined || limit >= MIN_OUTPUT || markOf(request, '~own') === true) return limit
  const reason = `At least ${MIN_OUTPUT} tokens have to be allowed.`
  context.note({ kind: 'clamped', field: 'max_output_tokens', reason })
  return MIN_OUTPUT
}

function noteSilences(request: ChatRequest, context: EncodeContext): void {
  const unsaid: [string, boolean][] = [
    ['top_k', request.topK !== undefined],
    ['frequency_penalty', request.frequencyPenalty !== undefined],
    ['presence_penalty', request.presencePenalty !== undefined],
    ['seed', request.seed !== undefined],
    ['stop', (request.stop ?? []).length > 0],
  ]
  for (const [field, said] of unsaid) {
    if (said) context.note({ kind: 'dropped', field, reason: 'The Responses API has no such setting.' })
  }
}

function remove(body: JsonDraft, field: string, reason: string, context: EncodeContext): void {
  if (body[field] === undefined) return
  delete body[field]
  context.note({ kind: 'dropped', field, reason })
}
