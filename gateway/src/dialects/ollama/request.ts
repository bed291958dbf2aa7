/** Requests to `/api/chat` and `/api/generate`, both ways. */

import { arrayOf, booleanOf, invalid, isObject, objectOf, stringOf } from '#core'
import type { ChatRequest, Extras, JsonDraft, JsonObject, JsonValue, Operation } from '#core'
import { withinAllowed } from '../allowed-tools.ts'
import type { Amendments, EncodeContext, RequestHead } from '../dialect.ts'
import { noteCiting, noteDetail, noteForeignFields } from '../foreign.ts'
import { withRunnableTools } from '../provider-tools.ts'
import { decodeWish, encodeWish } from '../token-probabilities.ts'
import { checkFormat, decodeFormat, encodeFormat } from './format.ts'
import { checkGenerate, decodePrompt, decodeSuffix, encodePrompt } from './generate.ts'
import { noPlace, onceEach } from './loss.ts'
import { decodeMessages } from './message-decode.ts'
import { encodeMessages } from './message-encode.ts'
import { withoutLatest } from './model-name.ts'
import { checkOptions, decodeOptions, encodeOptions } from './options.ts'
import { checkThink, decodeThink, encodeThink } from './thinking.ts'
import { checkTools, decodeTools, encodeTools } from './tool.ts'

const COMMON = ['model', 'stream', 'format', 'think', 'options']
const KNOWN = {
  chat: new Set([...COMMON, 'messages', 'tools']),
  generate: new Set([...COMMON, 'prompt', 'system', 'suffix', 'images']),
}
const MAX_ALTERNATIVES = 20
const ROLES = ['system', 'user', 'assistant', 'tool']

export function check(wire: JsonObject, operation: Operation): RequestHead {
  const model = stringOf(wire['model']) ?? ''
  if (model === '') throw invalid('model is required', 'model')
  const stream = wire['stream'] ?? undefined
  if (stream !== undefined && booleanOf(stream) === undefined) {
    throw invalid('stream must be a boolean', 'stream')
  }
  checkOptions(wire['options'])
  checkFormat(wire['format'])
  checkThink(wire['think'])
  checkLife(wire['keep_alive'])
  if (operation === 'generate') {
    checkGenerate(wire)
    checkImages(wire['images'], 'images')
  } else {
    checkTools(wire['tools'])
    checkMessages(wire['messages'])
  }
  const limit = decodeOptions(wire['options']).sampling.maxOutputTokens
  const name = withoutLatest(model)
  return {
    model: name,
    ...(name === model ? {} : { spelled: model }),
    stream: booleanOf(stream) ?? true,
    ...(limit === undefined ? {} : { maxOutputTokens: limit }),
  }
}

export function checkLife(value: JsonValue | undefined): void {
  if (value === undefined || value === null || typeof value === 'string' || typeof value === 'number') return
  throw invalid('keep_alive must be a duration string or a number of seconds', 'keep_alive')
}

function checkMessages(value: JsonValue | undefined): void {
  if (value === undefined || value === null) return
  const messages = arrayOf(value)
  if (messages === undefined) throw invalid('messages must be an array', 'messages')
  messages.forEach((message, index) => {
    const place = `messages[${index}]`
    if (!isObject(message)) throw invalid(`${place} must be an object`, place)
    const role = message['role']
    if (typeof role !== 'string' || !ROLES.includes(role)) {
      const given = typeof role === 'string' ? role : ''
      throw invalid(`invalid role: ${given}, must be one of [${ROLES.join(' ')}]`, `${place}.role`)
    }
    for (const field of ['content', 'thinking', 'tool_name', 'tool_call_id']) {
      const text = message[field]
      if (text !== undefined && text !== null && typeof text !== 'string') {
        throw invalid(`${place}.${field} must be a string`, `${place}.${field}`)
      }
    }
    checkImages(message['images'], `${place}.images`)
    checkCalls(message['tool_calls'], `${place}.tool_calls`)
  })
}

function checkImages(value: JsonValue | undefined, place: string): void {
  if (value === undefined || value === null) return
  if (arrayOf(value)?.every((image) => typeof image === 'string')) return
  throw invalid(`${place} must be an array of base64 strings`, place)
}

function checkCalls(value: JsonValue | undefined, place: string): void {
  if (value === undefined || value === null) return
  const calls = arrayOf(value)
  if (calls === undefined) throw invalid(`${place} must be an array`, place)
  calls.forEach((call, index) => {
    const name = objectOf(objectOf(call)?.['function'])?.['name']
    if (typeof name === 'string' && name !== '') return
    throw invalid(`${place}[${index}].function.name is required`, `${place}[${index}].function.name`)
  })
}

export function decodeRequest(wire: JsonObject, operation: Operation): ChatRequest {
  const { sampling, rest } = decodeOptions(wire['options'])
  const generate = operation === 'generate'
  return {
    model: stringOf(wire['model']) ?? '',
    messages: generate ? decodePrompt(wire) : decodeMessages(wire['messages']),
    ...(generate ? { operation, ...decodeSuffix(wire) } : decodeTools(wire['tools'])),
    ...sampling,
    ...decodeFormat(wire['format']),
    ...decodeThink(wire['think']),
    ...decodeWish(wire),
    stream: booleanOf(wire['stream']) ?? true,
    ...topExtras(wire, KNOWN[operation], rest),
  }
}

function topExtras(
  wire: JsonObject,
  known: ReadonlySet<string>,
  options: JsonObject | undefined,
): { extras?: Extras } {
  const rest: JsonDraft = {}
  for (const [field, value] of Object.entries(wire)) {
    // A null means what absence means, and strict targets refuse it.
    if (known.has(field) || value === null) continue
    if (wire['logprobs'] === true && (field === 'logprobs' || field === 'top_logprobs')) continue
    rest[field] = value
  }
  if (options !== undefined) rest['options'] = options
  return Object.keys(rest).length === 0 ? {} : { extras: { ollama: rest } }
}

export function amend(wire: JsonObject, changes: Amendments): JsonObject {
  const { model, maxOutputTokens } = changes
  return {
    ...(model === undefined ? {} : { model }),
    ...(maxOutputTokens === undefined
      ? {}
      : { options: { ...objectOf(wire['options']), num_predict: maxOutputTokens } }),
  }
}

export function encodeRequest(asked: ChatRequest, context: EncodeContext): JsonObject {
  const note = onceEach(context.note)
  const request = withRunnableTools(withinAllowed(asked, note), 'ollama', { ...context, note })
  const { traits } = context
  const body: JsonDraft = { ...request.extras?.ollama, model: context.model }
  delete body['options']
  if (request.operation === 'generate') {
    Object.assign(body, encodePrompt(request, note))
  } else {
    body['messages'] = encodeMessages(request.messages, { provider: context.provider, note })
    put(body, 'tools', encodeTools(request, note))
  }
  put(body, 'format', encodeFormat(request.responseFormat, note))
  put(body, 'think', encodeThink(request.reasoning, traits.thinkLevels === true, note))
  put(body, 'options', encodeOptions(request, traits.noSampling === true, note))
  Object.assign(body, encodeWish(request.probabilities, MAX_ALTERNATIVES, note))
  body['stream'] = request.stream
  noteForeignFields(asked, 'ollama', note)
  noteDetail(asked, note)
  noteCiting(asked, note)
  if (request.user !== undefined) note(noPlace('user'))
  for (const field of traits.refuses ?? []) {
    if (!(field in body)) continue
    delete body[field]
    note({ kind: 'dropped', field, reason: 'the provider refuses it' })
  }
  return body
}

function put(body: JsonDraft, field: string, value: JsonValue | undefined): void {
  if (value !== undefined) body[field] = value
}
