/**
 * How Vertex is asked for vectors, which is not how the Gemini API is: `:predict` with an instance for each text, or `:embedContent` with
 * one content, for models that left the older way. Clients do not speak either; the fields are those of the official SDK.
 */

import {
  arrayOf,
  type EmbedRequest,
  type EmbedResponse,
  GatewayError,
  invalid,
  isObject,
  type JsonDraft,
  type JsonObject,
  type JsonValue,
  type NoteSink,
  numberOf,
  objectOf,
} from '#core'
import type { EmbedCodec, EncodeContext } from '../dialect.ts'
import { embed, noteForeign, saidOf, textsOf, vectorOf } from './embed.ts'
import { errorFrom, isErrorBody } from './error-decode.ts'
import { embedOnePath, predictPath } from './path.ts'
import { compact, markOf, ownOf } from './wire.ts'

const { onePath: _, ...own } = embed

/** Texts that `:predict` takes at a time (cloud.google.com/vertex-ai, Text embedding limits). */
const MOST_PREDICTED = 250

export const predict: EmbedCodec = {
  ...own,
  path: predictPath,
  encodeRequest: encodePredict,
  decodeResponse: decodePredict,
  portions: (request) => portions(request, MOST_PREDICTED),
}

/** A later model that reads one text in a request still. */
export const predictOne: EmbedCodec = { ...predict, portions: (request) => portions(request, 1) }

export const single: EmbedCodec = {
  ...own,
  path: embedOnePath,
  encodeRequest: encodeSingle,
  portions: (request) => portions(request, 1),
}

/** `most`: texts in a request. */
function portions(request: EmbedRequest, most: number): readonly EmbedRequest[] {
  const texts = textsOf(request)
  if (texts.length <= most) return [request]
  const each = arrayOf(markOf(request, '~each'))
  const starts = texts.map((_text, at) => at).filter((at) => at % most === 0)
  return starts.map((from): EmbedRequest => {
    const to = from + most
    const said = each === undefined ? undefined : { ...ownOf(request), '~each': each.slice(from, to) }
    return {
      ...request,
      input: { type: 'texts', texts: texts.slice(from, to) },
      ...(said === undefined ? {} : { extras: { ...request.extras, gemini: said } }),
    }
  })
}

function encodePredict(request: EmbedRequest, { note }: EncodeContext): JsonObject {
  const instances = textsOf(request).map((text, at): JsonDraft => {
    const { taskType, title } = saidOf(request, at)
    return { content: text, ...compact({ task_type: taskType, title }) }
  })
  const { autoTruncate } = saidOf(request, 0)
  const parameters = compact({ outputDimensionality: request.dimensions, autoTruncate })
  noteLost(request, ['taskType', 'title', 'autoTruncate'], note)
  return { instances, ...(Object.keys(parameters).length === 0 ? {} : { parameters }) }
}

/** Two contents would come back as the one vector of both. */
function encodeSingle(request: EmbedRequest, { note }: EncodeContext): JsonObject {
  const [text, ...more] = textsOf(request)
  if (text === undefined || more.length > 0) throw invalid('The model embeds one text in a request.', 'input')
  const { taskType, title, autoTruncate } = saidOf(request, 0)
  const config = compact({ taskType, title, outputDimensionality: request.dimensions, autoTruncate })
  noteLost(request, ['taskType', 'title', 'autoTruncate'], note)
  return {
    content: { parts: [{ text }] },
    ...(Object.keys(config).length === 0 ? {} : { embedContentConfig: config }),
  }
}

function noteLost(request: EmbedRequest, said: readonly string[], note: NoteSink): void {
  for (const field of Object.keys(saidOf(request, 0)).filter((name) => !said.includes(name)))
    note({ kind: 'dropped', field, reason: 'Vertex has no place for it' })
  noteForeign(request, note)
}

function decodePredict(wire: JsonValue): EmbedResponse {
  if (isObject(wire) && isErrorBody(wire)) throw errorFrom(wire)
  const list = isObject(wire) ? arrayOf(wire['predictions']) : undefined
  if (list === undefined) throw new GatewayError('bad-answer', "The provider's answer has no predictions.")
  const given = list.map((one) => objectOf(objectOf(one)?.['embeddings']))
  const counts = given.map((one) => numberOf(objectOf(one?.['statistics'])?.['token_count']))
  const inputTokens = counts.reduce<number>((sum, count) => sum + (count ?? 0), 0)
  return {
    vectors: given.map(vectorOf),
    ...(counts.every((count) => count === undefined)
      ? {}
      : { usage: { inputTokens: Math.round(inputTokens), outputTokens: 0 } }),
  }
}
