/** `/api/embed`, and the older `/api/embeddings` as clients ask it: one prompt, one vector. Providers are asked the new way. */

import {
  arrayOf,
  booleanOf,
  type EmbedOperation,
  type EmbedRequest,
  type EmbedResponse,
  GatewayError,
  invalid,
  isObject,
  type JsonDraft,
  type JsonObject,
  type JsonValue,
  numberOf,
  stringOf,
  type Vector,
} from '#core'
import type { EmbedCodec, EmbedContext, EncodeContext, RequestHead } from '../dialect.ts'
import { errorInside } from './errors.ts'
import { noPlace, noteForeign } from './loss.ts'
import { withoutLatest } from './model-name.ts'
import { checkOptions } from './options.ts'
import { checkLife } from './request.ts'
import { decodeUsage, encodeCounters } from './usage.ts'

const KNOWN = {
  embed: new Set(['model', 'input', 'dimensions']),
  'embed-one': new Set(['model', 'prompt']),
}
/** How far from one a vector's squared length may be and still be left as it is. */
const UNIT_SLACK = 1e-3

export const embed: EmbedCodec = {
  path: '/api/embed',
  tokenInput: false,
  check,
  decodeRequest,
  encodeRequest,
  decodeResponse,
  encodeResponse,
}

function check(wire: JsonObject, operation: EmbedOperation): RequestHead {
  const model = stringOf(wire['model']) ?? ''
  if (model === '') throw invalid('model is required', 'model')
  checkOptions(wire['options'])
  checkLife(wire['keep_alive'])
  if (operation === 'embed') checkEmbed(wire)
  else if (isGiven(wire['prompt']) && typeof wire['prompt'] !== 'string') {
    throw invalid('prompt must be a string', 'prompt')
  }
  const name = withoutLatest(model)
  return { model: name, ...(name === model ? {} : { spelled: model }), stream: false }
}

function checkEmbed(wire: JsonObject): void {
  const { input, truncate, dimensions } = wire
  const texts = arrayOf(input)?.every((item) => typeof item === 'string') ?? typeof input === 'string'
  if (isGiven(input) && !texts) throw invalid('invalid input type: a string or a list of strings', 'input')
  if (isGiven(truncate) && booleanOf(truncate) === undefined) {
    throw invalid('truncate must be a boolean', 'truncate')
  }
  const width = numberOf(dimensions)
  if (isGiven(dimensions) && (width === undefined || !Number.isInteger(width) || width < 0)) {
    throw invalid('dimensions must be a positive integer', 'dimensions')
  }
}

function isGiven(value: JsonValue | undefined): boolean {
  return value !== undefined && value !== null
}

function decodeRequest(wire: JsonObject, operation: EmbedOperation): EmbedRequest {
  // Ollama's zero is its own way to leave the width open.
  const dimensions = operation === 'embed' ? numberOf(wire['dimensions']) || undefined : undefined
  const rest = Object.entries(wire).filter(([field, value]) => !KNOWN[operation].has(field) && value !== null)
  return {
    model: stringOf(wire['model']) ?? '',
    input: { type: 'texts', texts: textsOf(wire, operation) },
    encoding: 'float',
    ...(dimensions === undefined ? {} : { dimensions }),
    ...(rest.length === 0 ? {} : { extras: { ollama: Object.fromEntries(rest) } }),
  }
}

function textsOf(wire: JsonObject, operation: EmbedOperation): string[] {
  const value = operation === 'embed' ? wire['input'] : wire['prompt']
  if (typeof value === 'string') return value === '' ? [] : [value]
  return arrayOf(value)?.filter((item) => typeof item === 'string') ?? []
}

function encodeRequest(request: EmbedRequest, { model, traits, note }: EncodeContext): JsonObject {
  const { input, dimensions } = request
  if (input.type !== 'texts') throw invalid('The provider reads nothing but texts.', 'input')
  const body: JsonDraft = {
    ...request.extras?.ollama,
    model,
    input: input.texts,
    ...(dimensions === undefined ? {} : { dimensions }),
  }
  if (request.user !== undefined) note(noPlace('user'))
  noteForeign(request.extras, '', note)
  for (const field of traits.refuses ?? []) {
    if (!(field in body)) continue
    if (field === 'dimensions') throw invalid('the provider cannot choose the width of its vectors', field)
    delete body[field]
    note({ kind: 'dropped', field, reason: 'the provider refuses it' })
  }
  return body
}

function decodeResponse(wire: JsonValue): EmbedResponse {
  if (isObject(wire) && isGiven(wire['error'])) throw errorInside(wire)
  const vectors = isObject(wire) ? arrayOf(wire['embeddings']) : undefined
  if (!isObject(wire) || vectors === undefined || !vectors.every(isVector)) {
    throw new GatewayError('bad-answer', "The provider's answer has no embeddings.")
  }
  const usage = decodeUsage(wire)
  return { vectors, ...(usage === undefined ? {} : { usage }) }
}

function isVector(value: JsonValue): value is Vector {
  return arrayOf(value)?.every((item) => typeof item === 'number') === true
}

function encodeResponse({ vectors = [], usage }: EmbedResponse, context: EmbedContext): JsonObject {
  if (context.operation === 'embed-one') return { embedding: vectors[0] ?? [] }
  const { total_duration, load_duration, prompt_eval_count } = encodeCounters(usage, context.elapsedMs(), 0)
  return {
    model: context.request.model,
    embeddings: vectors.map(unit),
    total_duration,
    load_duration,
    prompt_eval_count,
  }
}

/** Ollama's vectors have the length one; searches that compare by plain product rely on it. */
function unit(vector: Vector): Vector {
  const square = vector.reduce((sum, value) => sum + value * value, 0)
  if (square === 0 || Math.abs(square - 1) < UNIT_SLACK) return vector
  const length = Math.sqrt(square)
  return vector.map((value) => value / length)
}

/** A request without a text only loads the model. The body has passed the check. */
export function isEmbedLoad(wire: JsonObject, operation: EmbedOperation): boolean {
  return textsOf(wire, operation).length === 0
}

export function embedLoadAnswer(wire: JsonObject, operation: EmbedOperation): JsonObject {
  return operation === 'embed' ? { model: stringOf(wire['model']) ?? '', embeddings: [] } : { embedding: [] }
}
