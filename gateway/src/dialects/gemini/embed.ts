/**
 * `:batchEmbedContents` and, for a single content, `:embedContent`. A width, a task and a title are said for each content; providers
 * are asked for a batch, which takes one content too.
 */

import { arrayOf, GatewayError, invalid, isObject, numberOf, objectOf, stringOf } from '#core'
import type {
  EmbedInput,
  EmbedOperation,
  EmbedRequest,
  EmbedResponse,
  Extras,
  JsonDraft,
  JsonObject,
  JsonValue,
  NoteSink,
  Vector,
} from '#core'
import type { Address, EmbedCodec, EmbedContext, EncodeContext, RequestHead } from '../dialect.ts'
import { headOf } from './check.ts'
import { errorFrom, isErrorBody } from './error-decode.ts'
import { embedOnePath, embedPath, resourceName } from './path.ts'
import { camel, compact, fieldSet, listOf, markOf, objectsOf, ownOf, restOf, withRest } from './wire.ts'

const KNOWN = fieldSet('model content outputDimensionality')
const WIDTH = 'outputDimensionality'

export const embed: EmbedCodec = {
  path: embedPath,
  onePath: embedOnePath,
  tokenInput: false,
  check,
  decodeRequest,
  rename,
  encodeRequest,
  decodeResponse,
  encodeResponse,
}

function check(wire: JsonObject, operation: EmbedOperation, address?: Address): RequestHead {
  const body = camel(wire)
  if (operation === 'embed-one') checkOne(body, '')
  else checkBatch(body['requests'])
  return { ...headOf(body, address), stream: false }
}

function checkBatch(value: JsonValue | undefined): void {
  const requests = listOf(value)
  if (requests.length === 0) throw invalid('requests: must hold at least one request.', 'requests')
  requests.forEach((request, at) => {
    if (!isObject(request)) throw invalid(`requests[${at}]: must be an object.`, `requests[${at}]`)
    checkOne(camel(request), `requests[${at}].`)
  })
}

function checkOne(request: JsonObject, where: string): void {
  const field = `${where}content`
  const content = request['content']
  if (!isObject(content)) throw invalid(`${field}: must be an object with parts.`, field)
  const parts = listOf(content['parts'])
  if (parts.length === 0 || !parts.every(isObject))
    throw invalid(`${field}.parts: must be a non-empty list of objects.`, `${field}.parts`)
  const width = request[WIDTH] ?? undefined
  if (width !== undefined && (!Number.isInteger(width) || Number(width) < 1))
    throw invalid(`${where}${WIDTH}: must be a positive whole number.`, `${where}${WIDTH}`)
}

function decodeRequest(wire: JsonObject, operation: EmbedOperation, address?: Address): EmbedRequest {
  const body = camel(wire)
  const requests = operation === 'embed-one' ? [body] : objectsOf(body['requests'])
  const widths = new Set(requests.map((request) => numberOf(request[WIDTH])))
  const [dimensions] = widths
  return {
    model: headOf(body, address).model,
    input: inputOf(requests, widths.size > 1),
    encoding: 'float',
    ...(dimensions === undefined || widths.size > 1 ? {} : { dimensions }),
    ...ownFields(requests),
  }
}

function inputOf(requests: readonly JsonObject[], manyWidths: boolean): EmbedInput {
  const texts = requests.map((request) => textOf(objectOf(request['content'])))
  const plain = texts.filter((text) => text !== undefined)
  if (manyWidths || plain.length < texts.length) return { type: 'native', count: texts.length }
  return { type: 'texts', texts: plain }
}

/** Undefined for what is more than text. */
function textOf(content: JsonObject | undefined): string | undefined {
  const texts = listOf(content?.['parts']).map((part) => stringOf(objectOf(part)?.['text']))
  return texts.includes(undefined) ? undefined : texts.join('\n')
}

/** Task, title and whatever else is said of a content: once where all say the same, else also for each. */
function ownFields(requests: readonly JsonObject[]): { extras?: Extras } {
  const each = requests.map((request) => restOf(request, KNOWN) ?? {})
  const same = new Set(each.map((rest) => JSON.stringify(rest))).size <= 1
  return withRest(Object.assign({}, ...each), same ? undefined : { '~each': each })
}

/** A body repeats the model for each of its contents. */
function rename(wire: JsonObject, model: string): JsonObject {
  const name = resourceName(model)
  const { requests } = wire
  return {
    ...(wire['model'] === undefined ? {} : { model: name }),
    ...(requests === undefined
      ? {}
      : {
          requests: listOf(requests).map((request) =>
            isObject(request) ? { ...request, model: name } : request,
          ),
        }),
  }
}

function encodeRequest(request: EmbedRequest, { model, traits, note }: EncodeContext): JsonObject {
  const { dimensions } = request
  const texts = textsOf(request)
  const refused = new Set(traits.refuses)
  // Vectors of another width would not fit where the client puts them.
  if (dimensions !== undefined && refused.has(WIDTH))
    throw invalid('The provider cannot choose the width of its vectors.', WIDTH)
  const requests = texts.map((text, at): JsonDraft => ({
    model: resourceName(model),
    content: { parts: [{ text }] },
    ...compact({ [WIDTH]: dimensions }),
    ...Object.fromEntries(Object.entries(saidOf(request, at)).filter(([field]) => !refused.has(field))),
  }))
  for (const field of Object.keys(ownOf(request)).filter((name) => refused.has(name)))
    note({ kind: 'dropped', field, reason: 'the provider refuses it' })
  noteForeign(request, note)
  return { requests }
}

export function textsOf({ input }: EmbedRequest): readonly string[] {
  if (input.type !== 'texts') throw invalid('The provider reads nothing but texts.', 'input')
  return input.texts
}

/** What a client of this dialect said of the text beside its width: task, title and the like. */
export function saidOf(request: EmbedRequest, at: number): JsonObject {
  return objectOf(arrayOf(markOf(request, '~each'))?.[at]) ?? ownOf(request)
}

/** What only other dialects have. */
export function noteForeign({ user, extras = {} }: EmbedRequest, note: NoteSink): void {
  if (user !== undefined) note({ kind: 'dropped', field: 'user', reason: 'this dialect has no such field' })
  for (const [dialect, fields] of Object.entries(extras)) {
    if (dialect === 'gemini') continue
    for (const field of Object.keys(fields))
      if (!field.startsWith('~')) note({ kind: 'dropped', field, reason: `only ${dialect} has this field` })
  }
}

function decodeResponse(wire: JsonValue): EmbedResponse {
  if (isObject(wire) && isErrorBody(wire)) throw errorFrom(wire)
  const body = isObject(wire) ? wire : {}
  const list = body['embedding'] === undefined ? arrayOf(body['embeddings']) : [body['embedding']]
  if (list === undefined) throw new GatewayError('bad-answer', "The provider's answer has no embeddings.")
  const tokens = numberOf(objectOf(body['usageMetadata'])?.['promptTokenCount'])
  return {
    vectors: list.map(vectorOf),
    ...(tokens === undefined ? {} : { usage: { inputTokens: tokens, outputTokens: 0 } }),
  }
}

export function vectorOf(value: JsonValue | undefined): Vector {
  const vector = isObject(value) ? arrayOf(value['values']) : undefined
  if (vector?.every((item) => typeof item === 'number')) return vector
  throw new GatewayError('bad-answer', 'The provider sent an embedding that is no list of numbers.')
}

function encodeResponse({ vectors = [], usage }: EmbedResponse, context: EmbedContext): JsonObject {
  const counted = usage === undefined ? {} : { usageMetadata: { promptTokenCount: usage.inputTokens } }
  const list = vectors.map((values) => ({ values }))
  return context.operation === 'embed-one'
    ? { embedding: list[0] ?? { values: [] }, ...counted }
    : { embeddings: list, ...counted }
}
