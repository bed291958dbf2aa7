/** `/embeddings`: texts or token ids in, a numbered list of vectors out. */

import {
  arrayOf,
  type EmbedInput,
  type EmbedRequest,
  type EmbedResponse,
  type Extras,
  GatewayError,
  invalid,
  isObject,
  type JsonDraft,
  type JsonObject,
  type JsonValue,
  numberOf,
  objectOf,
  stringOf,
  type Vector,
} from '#core'
import type { EmbedCodec, EmbedContext, EncodeContext, RequestHead } from '../dialect.ts'
import { reportedError } from './answer-error.ts'
import { expect, isCount, required, wrong } from './check.ts'
import { compact, fieldSet, restOf, spareOf, withRest } from './extra-fields.ts'
import { decodeUsage } from './usage.ts'
import { vectorText } from './vector-text.ts'

const KNOWN = fieldSet('model input dimensions encoding_format user')

export const embed: EmbedCodec = {
  path: '/embeddings',
  tokenInput: true,
  check,
  decodeRequest,
  encodeRequest,
  decodeResponse,
  encodeResponse,
}

function check(wire: JsonObject): RequestHead {
  const model = required(wire, 'model')
  if (typeof model !== 'string' || model === '') throw wrong('model', 'a non-empty string')
  if (inputOf(required(wire, 'input')) === undefined)
    throw wrong('input', 'a non-empty string, an array of such, an array of token ids, or an array of these')
  expect(wire, 'dimensions', 'a positive integer', isCount)
  // Not a closed list: some providers have encodings of their own, and their bytes may pass.
  expect(wire, 'encoding_format', 'a string', (value) => typeof value === 'string')
  expect(wire, 'user', 'a string', (value) => typeof value === 'string')
  return { model, stream: false }
}

function decodeRequest(wire: JsonObject): EmbedRequest {
  const dimensions = numberOf(wire['dimensions'])
  const user = stringOf(wire['user'])
  const format = stringOf(wire['encoding_format'])
  const rest = restOf(wire, KNOWN)
  const foreign = format !== undefined && format !== 'float' && format !== 'base64'
  return {
    model: stringOf(wire['model']) ?? '',
    input: inputOf(wire['input']) ?? { type: 'texts', texts: [] },
    encoding: format === 'base64' ? 'base64' : 'float',
    ...(dimensions === undefined ? {} : { dimensions }),
    ...(user === undefined ? {} : { user }),
    ...withRest(foreign ? { ...rest, encoding_format: format } : rest),
  }
}

/** Undefined when it is none of the four shapes, or when there is nothing in it. */
function inputOf(value: JsonValue | undefined): EmbedInput | undefined {
  if (typeof value === 'string') return value === '' ? undefined : { type: 'texts', texts: [value] }
  const list = arrayOf(value)
  if (list === undefined || list.length === 0) return undefined
  if (list.every((item) => typeof item === 'string' && item !== '')) {
    return { type: 'texts', texts: list as string[] } // by the test above
  }
  if (isTokens(list)) return { type: 'tokens', tokens: [list] }
  return list.every(isTokens) ? { type: 'tokens', tokens: list } : undefined
}

function isTokens(value: JsonValue): value is readonly number[] {
  return arrayOf(value)?.every((item) => Number.isInteger(item)) === true && arrayOf(value)?.length !== 0
}

function encodeRequest(request: EmbedRequest, { model, traits, note }: EncodeContext): JsonObject {
  const { input } = request
  if (input.type === 'native') throw invalid('The provider reads nothing but texts.', 'input')
  const list = input.type === 'texts' ? input.texts : input.tokens
  const body: JsonDraft = {
    ...compact({ model, input: list, dimensions: request.dimensions, user: request.user }),
    ...spareOf(request),
  }
  for (const field of foreignFields(request.extras))
    note({ kind: 'dropped', field, reason: 'The dialect has no place for it.' })
  for (const field of traits.refuses ?? []) {
    if (body[field] === undefined) continue
    // Vectors of another width would not fit where the client puts them.
    if (field === 'dimensions') throw invalid('The provider cannot choose the width of its vectors.', field)
    delete body[field]
    note({ kind: 'dropped', field, reason: 'The provider refuses it.' })
  }
  return body
}

/** Fields of other dialects, without their marks. */
function foreignFields(extras: Extras = {}): string[] {
  const { 'openai-chat': _, ...others } = extras
  return Object.values(others)
    .flatMap(Object.keys)
    .filter((field) => !field.startsWith('~'))
}

function decodeResponse(wire: JsonValue): EmbedResponse {
  const failure = reportedError(wire)
  if (failure !== undefined) throw failure
  const data = isObject(wire) ? arrayOf(wire['data']) : undefined
  if (!isObject(wire) || data === undefined || !data.every(isObject)) {
    throw new GatewayError('bad-answer', "The provider's answer is no list of embeddings.")
  }
  const usage = objectOf(wire['usage'])
  const counted = usage === undefined ? {} : { usage: decodeUsage(usage) }
  if (data.some((item) => typeof item['embedding'] === 'string')) return counted
  const vectors: Vector[] = []
  data.forEach((item, place) => {
    vectors[numberOf(item['index']) ?? place] = vectorOf(item['embedding'])
  })
  // Numbers may come in any order, but each place must be filled, and once.
  if (vectors.length !== data.length || Object.keys(vectors).length !== data.length) {
    throw new GatewayError('bad-answer', 'The provider numbered its embeddings wrongly.')
  }
  return { vectors, ...counted }
}

function vectorOf(value: JsonValue | undefined): Vector {
  const vector = arrayOf(value)
  if (vector?.every((item) => typeof item === 'number')) return vector
  throw new GatewayError('bad-answer', 'The provider sent an embedding that is no list of numbers.')
}

function encodeResponse({ vectors = [], usage }: EmbedResponse, { request }: EmbedContext): JsonObject {
  const tokens = usage?.inputTokens ?? 0
  return {
    object: 'list',
    data: vectors.map((vector, index) => ({
      object: 'embedding',
      index,
      embedding: request.encoding === 'base64' ? vectorText(vector) : vector,
    })),
    model: request.model,
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  }
}
