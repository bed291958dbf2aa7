/** `POST /api/explain`: where a request would go and why, without sending it anywhere. */

import { Buffer } from 'node:buffer'
import type { IncomingHttpHeaders } from 'node:http'
import {
  asGatewayError,
  GatewayError,
  isEmbed,
  isObject,
  type JsonObject,
  type JsonValue,
  objectOf,
  type RoadOperation,
  stringOf,
} from '#core'
import { type Dialect, dialectOf, DIALECTS } from '#dialects'
import { Exchange } from '#pipeline'
import { readJson } from './body.ts'
import type { House } from './context.ts'
import type { DownstreamRequest, DownstreamResponse } from './downstream.ts'
import type { Entrant } from './gate.ts'
import { explanationBody } from './explanation.ts'
import { management } from './management.ts'
import { idHeaders, sendError, sendJson } from './reply.ts'

export async function handleExplain(
  house: House,
  request: DownstreamRequest,
  response: DownstreamResponse,
  id: string,
): Promise<void> {
  try {
    const { callerKey, client } = house.gate.enter(request.headers, request.url)
    const { wire } = await readJson(request, house.bodyLimit)
    const body = explained(house, wire, { id, headers: request.headers, callerKey, client })
    sendJson(response, JSON.stringify(body), idHeaders(id))
  } catch (thrown) {
    sendError(response, management, asGatewayError(thrown), id)
  }
}

export interface Asker {
  readonly id: string
  readonly headers: IncomingHttpHeaders
  readonly callerKey: string | undefined
  readonly client?: Entrant['client']
}

/** What of the house answers it. */
export type Explainers = Pick<House, 'explain' | 'clock'>

/** Throws what a client would be told where there is no way. */
export function explained(house: Explainers, question: JsonObject, asker: Asker): JsonObject {
  const exchange = exchangeOf(house, question, asker)
  return explanationBody(exchange, house.explain(exchange))
}

/** A question holds a body of its own, or is one, or names just a model. */
function exchangeOf(
  { clock }: Explainers,
  question: JsonObject,
  { id, headers, callerKey, client }: Asker,
): Exchange {
  const { body, headers: own, dialect: named, operation: asked, ...rest } = question
  const inner = body === undefined ? (isBody(rest) ? rest : undefined) : objectOf(body)
  if (body !== undefined && inner === undefined) throw wrong('body', 'must be an object')
  if (own !== undefined && !isObject(own)) throw wrong('headers', 'must be an object')
  const operation = operationOf(asked)
  const dialect = named === undefined ? guessed(inner, headers) : dialectNamed(named)
  const model = stringOf(question['model'])
  const wire = inner === undefined ? plain(dialect, model, operation) : withModel(dialect, inner, model)
  const bytes = Buffer.from(JSON.stringify(wire))
  return new Exchange({
    id,
    dialect,
    operation,
    body: bytes,
    wire,
    ...(model === undefined ? {} : { address: { model, stream: question['stream'] === true } }),
    headers: { ...headers, ...lowered(own ?? {}) },
    callerKey,
    client,
    startedAt: clock.now(),
    startedWall: clock.wall(),
  })
}

/** More than a model's name. */
function isBody(question: JsonObject): boolean {
  return Object.keys(question).some((field) => field !== 'model' && field !== 'stream')
}

function guessed(body: JsonObject | undefined, headers: IncomingHttpHeaders): Dialect {
  if (headers['anthropic-version'] !== undefined) return DIALECTS.anthropic
  return DIALECTS[body === undefined ? 'openai-chat' : dialectOf(body)]
}

function dialectNamed(name: unknown): Dialect {
  const dialect = Object.values(DIALECTS).find((known) => known.name === name)
  if (dialect !== undefined) return dialect
  throw wrong('dialect', `must be one of ${Object.keys(DIALECTS).join(', ')}`)
}

const OPERATIONS = ['chat', 'generate', 'embed'] as const

function operationOf(name: unknown): RoadOperation {
  const operation = name === undefined ? 'chat' : OPERATIONS.find((known) => known === name)
  if (operation !== undefined) return operation
  throw wrong('operation', `must be one of ${OPERATIONS.join(', ')}`)
}

/** The shortest request there is. */
function plain(dialect: Dialect, model: string | undefined, operation: RoadOperation): JsonObject {
  if (model === undefined) throw wrong('model', 'must name a model, where there is no body')
  const context = { model, provider: '', traits: {}, note: () => undefined }
  if (isEmbed(operation)) {
    if (dialect.embed === undefined) throw wrong('operation', `is none of ${dialect.name}`)
    return dialect.embed.encodeRequest(
      { model, input: { type: 'texts', texts: ['Hi'] }, encoding: 'float' },
      context,
    )
  }
  const text = { type: 'text', text: 'Hi' } as const
  return dialect.chat.encodeRequest(
    {
      model,
      messages: [{ role: 'user', parts: [text] }],
      stream: false,
      ...(operation === 'generate' ? { operation } : {}),
    },
    context,
  )
}

/** The name beside a body is its default. Dialects that name the model in the URL have none in the body. */
function withModel(dialect: Dialect, body: JsonObject, model: string | undefined): JsonObject {
  if (typeof dialect.chat.paths.chat !== 'function')
    return model === undefined || body['model'] !== undefined ? body : { ...body, model }
  const { model: _, ...rest } = body
  return rest
}

function lowered(headers: JsonObject): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), textOf(name, value)]),
  )
}

function textOf(name: string, value: JsonValue): string {
  if (typeof value === 'string') return value
  throw wrong(`headers.${name}`, 'must be a text')
}

function wrong(param: string, what: string): GatewayError {
  return new GatewayError('invalid-request', `${param}: ${what}.`, { param })
}
