/** A whole chat request, both ways. */

import {
  arrayOf,
  booleanOf,
  type ChatRequest,
  type JsonDraft,
  type JsonObject,
  type JsonValue,
  numberOf,
  objectOf,
  stringOf,
} from '#core'
import { withinAllowed } from '../allowed-tools.ts'
import type { EncodeContext } from '../dialect.ts'
import { noteCiting, noteForeignFields } from '../foreign.ts'
import { withRunnableTools } from '../provider-tools.ts'
import { shortUser } from '../short-user.ts'
import {
  decodeWish as decodeProbabilities,
  encodeWish as encodeProbabilities,
} from '../token-probabilities.ts'
import { compact, markOf, restOf, spareOf, withRest, fieldSet } from './extra-fields.ts'
import { decodeMessages } from './message.ts'
import { encodeMessages } from './message-writer.ts'
import { decodeWish, encodeWish, WISH_FIELDS } from './reasoning-wish.ts'
import { decodeFormat, encodeFormat } from './response-format.ts'
import { decodeToolChoice, decodeTools, encodeTools, isAllowed } from './tools.ts'
import { FIELD, lackOf } from './web-search.ts'

const KNOWN = new Set<string>([
  ...fieldSet(
    'model messages tools functions parallel_tool_calls stream stream_options n user max_tokens ' +
      'max_completion_tokens temperature top_p frequency_penalty presence_penalty seed stop',
  ),
  ...WISH_FIELDS,
])
const STREAM_OPTIONS = new Set(['include_usage'])
/** Reasoning models answer 400 to any of these. */
const SAMPLING = [
  'temperature',
  'top_p',
  'top_k',
  'frequency_penalty',
  'presence_penalty',
  'stop',
  'logprobs',
  'top_logprobs',
  'logit_bias',
] as const
/** Of `/completions`; in a conversation they are unknown, or mean something else. */
const COMPLETION_ONLY = ['best_of', 'echo'] as const
/** More are refused with a 400. */
const MAX_STOPS = 4
const MAX_ALTERNATIVES = 20

export function decodeRequest(wire: JsonObject): ChatRequest {
  const tools = decodeTools(wire)
  const toolChoice = decodeToolChoice(wire)
  const format = objectOf(wire['response_format'])
  const responseFormat = format === undefined ? undefined : decodeFormat(format)
  const { probabilities } = decodeProbabilities(wire)
  return present<ChatRequest>({
    model: stringOf(wire['model']) ?? '',
    messages: decodeMessages(arrayOf(wire['messages']) ?? []),
    tools: tools.length === 0 ? undefined : tools,
    toolChoice,
    parallelToolCalls: booleanOf(wire['parallel_tool_calls']),
    maxOutputTokens: numberOf(wire['max_completion_tokens']) ?? numberOf(wire['max_tokens']),
    temperature: numberOf(wire['temperature']),
    topP: numberOf(wire['top_p']),
    topK: numberOf(wire['top_k']),
    frequencyPenalty: numberOf(wire['frequency_penalty']),
    presencePenalty: numberOf(wire['presence_penalty']),
    seed: numberOf(wire['seed']),
    stop: decodeStop(wire['stop']),
    probabilities,
    responseFormat,
    reasoning: decodeWish(wire),
    stream: wire['stream'] === true,
    streamUsage: booleanOf(objectOf(wire['stream_options'])?.['include_usage']),
    count: numberOf(wire['n']),
    user: stringOf(wire['user']),
    operation: undefined,
    suffix: undefined,
    extras: withRest(requestRest(wire, toolChoice !== undefined, responseFormat !== undefined)).extras,
  })
}

/** Every key named, absent ones as undefined; the result has only those that are there. */
function present<T extends object>(fields: { [K in keyof T]-?: T[K] | undefined }): T {
  // Leaving out undefined keys is exactly what turns the one type into the other; TypeScript cannot follow that.
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T
}

/** Spellings the neutral model could not hold stay in, to be written back as they came. */
function requestRest(wire: JsonObject, choiceKnown: boolean, formatKnown: boolean): JsonDraft | undefined {
  const known = new Set([...KNOWN, 'function_call'])
  if (objectOf(wire[FIELD]) !== undefined) known.add(FIELD)
  if (choiceKnown) known.add('tool_choice')
  if (wire['logprobs'] === true) for (const field of ['logprobs', 'top_logprobs']) known.add(field)
  if (formatKnown) known.add('response_format')
  const options = restOf(objectOf(wire['stream_options']) ?? {}, STREAM_OPTIONS)
  const marks: JsonDraft = {
    ...(wire['functions'] !== undefined && wire['functions'] !== null ? { '~legacy': true } : {}),
    ...(options === undefined ? {} : { '~streamOptions': options }),
    ...(choiceKnown && isAllowed(wire['tool_choice']) ? { '~toolChoice': wire['tool_choice'] } : {}),
  }
  return restOf(wire, known, Object.keys(marks).length === 0 ? undefined : marks)
}

function decodeStop(stop: JsonValue | undefined): string[] | undefined {
  const list = typeof stop === 'string' ? [stop] : (arrayOf(stop) ?? [])
  const strings = list.filter((one) => typeof one === 'string' && one !== '') as string[] // by the filter
  return strings.length === 0 ? undefined : strings
}

export function encodeRequest(asked: ChatRequest, context: EncodeContext): JsonDraft {
  const { traits } = context
  const alike = traits.responsesFields ?? []
  noteForeignFields(asked, 'openai-chat', context.note, alike)
  noteCiting(asked, context.note)
  const allowed = markOf(asked, '~toolChoice') === undefined ? withinAllowed(asked, context.note) : asked
  const request = withRunnableTools(allowed, 'openai-chat', context, lackOf(context))
  const spare = spareOf(request)
  if (request.topK !== undefined && spare['top_k'] === undefined && traits.topK !== true)
    drop(context, 'top_k', 'The dialect has no top-k.')
  const body: JsonDraft = {
    ...compact({
      model: context.model,
      messages: encodeMessages(request.messages, context),
      [traits.maxTokensField ?? 'max_tokens']: request.maxOutputTokens,
      temperature: request.temperature,
      top_p: request.topP,
      top_k: traits.topK === true ? request.topK : undefined,
      frequency_penalty: request.frequencyPenalty,
      presence_penalty: request.presencePenalty,
      seed: request.seed,
      stop: encodeStop(request.stop, context),
      n: request.count === 1 ? 1 : undefined,
      user: shortUser(request.user, context.note),
      response_format:
        request.responseFormat === undefined ? undefined : encodeFormat(request.responseFormat),
    }),
    ...encodeTools(request, context),
    ...encodeWish(request.reasoning, context),
    ...encodeStream(request, context),
    ...encodeProbabilities(request.probabilities, MAX_ALTERNATIVES, context.note),
    ...sharedWithResponses(request, alike),
    ...spare,
  }
  if (markOf(request, '~completion') === true)
    for (const field of COMPLETION_ONLY) remove(body, field, 'Only a text completion has it.', context)
  if (traits.noSampling === true)
    for (const field of SAMPLING) remove(body, field, 'The model refuses it.', context)
  for (const field of traits.refuses ?? []) remove(body, field, 'The provider refuses it.', context)
  for (const [field, name] of Object.entries(traits.renames ?? {})) rename(body, field, name)
  return body
}

/** There a verbosity stands inside `text`. */
function sharedWithResponses(request: ChatRequest, fields: readonly string[]): JsonDraft {
  const own = request.extras?.['openai-responses']
  if (own === undefined || fields.length === 0) return {}
  const held = { ...objectOf(own['~text']), ...own }
  return compact(Object.fromEntries(fields.map((field) => [field, held[field]])))
}

function encodeStream(request: ChatRequest, context: EncodeContext): JsonDraft {
  if (!request.stream) return {}
  const options = objectOf(request.extras?.['openai-chat']?.['~streamOptions'])
  const usage = context.traits.streamUsage === false ? {} : { include_usage: true }
  const both = { ...usage, ...options }
  // We always ask: the ledger needs the counts even when the client does not want to see them.
  return { stream: true, ...(Object.keys(both).length === 0 ? {} : { stream_options: both }) }
}

function encodeStop(
  stop: readonly string[] | undefined,
  context: EncodeContext,
): readonly string[] | undefined {
  if (stop === undefined || stop.length === 0) return undefined
  if (stop.length <= MAX_STOPS) return stop
  context.note({ kind: 'clamped', field: 'stop', reason: `At most ${MAX_STOPS} stop strings are allowed.` })
  return stop.slice(0, MAX_STOPS)
}

function remove(body: JsonDraft, field: string, reason: string, context: EncodeContext): void {
  if (body[field] === undefined) return
  delete body[field]
  drop(context, field, reason)
}

function rename(body: JsonDraft, field: string, name: string): void {
  if (body[field] === undefined) return
  body[name] ??= body[field]
  delete body[field]
}

function drop(context: EncodeContext, field: string, reason: string): void {
  context.note({ kind: 'dropped', field, reason })
}
