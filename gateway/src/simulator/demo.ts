/** The demo voice: the provider that answers when none is configured. Speaks every dialect through its own codec. */

import { GatewayError, stringOf, type JsonObject, type ModelInfo } from '#core'
import { answerContext, answerFrames, STREAM_TYPES, wholeBody } from './answer-frames.ts'
import { countDemoTokens, demoEvents, THINKING_MODEL } from './demo-answer.ts'
import { demoEmbeddings } from './demo-embed.ts'
import { TOOLS_MODEL } from './demo-tools.ts'
import { produces, type Surface } from './surface.ts'
import { answerNoSuchPath, bodyObject, dialectOf, type Visit } from './visit.ts'
import { headerMap } from './wire.ts'

/** 2025-01-01: a fixed date, as the list must be the same at every start. */
const CREATED = 1_735_689_600

export const DEMO_MODELS: readonly ModelInfo[] = [
  demoModel('demo', 'Demo', ['completion', 'tools']),
  demoModel(TOOLS_MODEL, 'Demo with tools', ['completion', 'tools']),
  demoModel(THINKING_MODEL, 'Demo that thinks', ['completion', 'tools', 'thinking']),
]

function demoModel(
  id: string,
  displayName: string,
  abilities: NonNullable<ModelInfo['abilities']>,
): ModelInfo {
  return {
    id,
    displayName,
    abilities,
    created: CREATED,
    ownedBy: 'sluice',
    contextWindow: 131_072,
    maxOutput: 16_384,
  }
}

export async function demoVoice(visit: Visit): Promise<void> {
  const { surface, wire } = visit
  if (surface === undefined) return answerNoSuchPath(visit)
  const body = await visit.readBody()
  try {
    if (produces(surface)) await answer(visit, surface, parsed(body))
    else wire.answerJson(200, sideAnswer(surface, body))
  } catch (thrown) {
    if (!(thrown instanceof GatewayError)) throw thrown
    const error = dialectOf(surface.dialect).errors.encode(thrown, `sim-${visit.record.id}`)
    wire.answerJson(error.status, error.body, headerMap(error.headers))
  }
}

async function answer(
  visit: Visit,
  surface: Surface & { operation: 'chat' | 'generate' },
  body: JsonObject,
): Promise<void> {
  const { wire, record } = visit
  const dialect = dialectOf(surface.dialect)
  const { stream } = dialect.chat.check(body, surface.operation, surface.address)
  const request = dialect.chat.decodeRequest(body, surface.operation, surface.address)
  const context = answerContext(request, `demo-${record.id}`, record.startedAt)
  const events = demoEvents(request)
  if (!stream) {
    wire.answer(200, { 'content-type': 'application/json' }, wholeBody(dialect, events, context))
    return
  }
  wire.head(200, { 'content-type': STREAM_TYPES[dialect.framing], 'cache-control': 'no-cache' })
  for (const frame of answerFrames(dialect, events, context)) {
    if (wire.gone) return
    await wire.write(frame.bytes)
    await wire.turn()
  }
  wire.end()
}

/**
 * Embeddings, and answers to questions about the provider; the script voice gives the same. Throws what is wrong with the
 * question.
 */
export function sideAnswer(surface: Surface, body: string): JsonObject {
  const dialect = dialectOf(surface.dialect)
  switch (surface.operation) {
    case 'models':
      return dialect.models.encodeList(DEMO_MODELS)
    case 'model':
      return dialect.models.encodeOne(demoModelNamed(surface.model))
    case 'show':
      return dialect.models.encodeOne(
        demoModelNamed(stringOf(parsed(body)['model']) ?? stringOf(parsed(body)['name'])),
      )
    case 'embed':
    case 'embed-one':
      return demoEmbeddings(dialect, surface.operation, parsed(body), surface.address)
    case 'running':
      return { models: [] }
    case 'version':
      return { version: '0.12.0' }
    default:
      return countTokens(surface, parsed(body))
  }
}

function countTokens(surface: Surface, body: JsonObject): JsonObject {
  const dialect = dialectOf(surface.dialect)
  if (dialect.countTokens === undefined)
    throw new GatewayError('not-implemented', 'This dialect counts no tokens.')
  dialect.countTokens.check(body, surface.address)
  const asked = dialect.countTokens.asked === undefined ? body : (dialect.countTokens.asked(body) ?? {})
  const request = dialect.chat.decodeRequest(asked, 'chat', surface.address)
  return dialect.countTokens.encode(countDemoTokens(request))
}

function demoModelNamed(id: string | undefined): ModelInfo {
  const known = DEMO_MODELS.find((model) => model.id === id || `${model.id}:latest` === id)
  if (known === undefined)
    throw new GatewayError('model-not-found', 'The demo provider has no model of this name.')
  return known
}

function parsed(body: string): JsonObject {
  const wire = bodyObject(body)
  if (wire === undefined) throw new GatewayError('invalid-request', 'The body is not a JSON object.')
  return wire
}
