/** Requests: the client's body as the neutral request, and any neutral request as a body for this dialect's servers. */

import { invalid, isObject } from '#core'
import type { ChatRequest, JsonDraft, JsonObject, Message, Operation, SystemMessage, WithExtras } from '#core'
import { withinAllowed } from '../allowed-tools.ts'
import type { Address, EncodeContext } from '../dialect.ts'
import { noteDetail, noteForeignFields } from '../foreign.ts'
import { withRunnableTools } from '../provider-tools.ts'
import { noteProbabilities } from '../token-probabilities.ts'
import { limitPoints } from './cache-limit.ts'
import { decodeFields, planFields } from './fields.ts'
import { decodeFormat, planFormat } from './format.ts'
import { decodeInference, encodeInference, otherInference } from './inference.ts'
import { decodeMessages, decodeSystem } from './message.ts'
import { PartWriter } from './parts.ts'
import { decodeTools, otherToolConfig, planTools } from './tools.ts'
import { encodeTurns } from './turns.ts'
import { isBlank, ownOf, remainder } from './wire.ts'

const KNOWN: ReadonlySet<string> = new Set([
  'modelId',
  'messages',
  'system',
  'inferenceConfig',
  'toolConfig',
  'additionalModelRequestFields',
  'outputConfig',
])

export function decodeRequest(wire: JsonObject, _operation?: Operation, address?: Address): ChatRequest {
  return {
    model: address?.model ?? '',
    messages: [...decodeSystem(wire['system']), ...decodeMessages(wire['messages'])],
    stream: address?.stream === true,
    ...decodeTools(wire['toolConfig']),
    ...decodeInference(wire['inferenceConfig']),
    ...decodeFields(wire['additionalModelRequestFields']),
    ...decodeFormat(wire['outputConfig']),
    ...ownFields(wire),
  }
}

/** Of some fields only a part has neutral words; what else they hold stays here. */
function ownFields(wire: JsonObject): WithExtras {
  const own: JsonDraft = { ...remainder(wire, KNOWN) }
  const inference = otherInference(wire['inferenceConfig'])
  const tools = otherToolConfig(wire['toolConfig'])
  const fields = wire['additionalModelRequestFields']
  const format = wire['outputConfig']
  if (inference !== undefined) own['inferenceConfig'] = inference
  if (tools !== undefined) own['toolConfig'] = tools
  if (isObject(fields)) own['~fields'] = fields
  if (isObject(format)) own['~format'] = format
  return Object.keys(own).length === 0 ? {} : { extras: { bedrock: own } }
}

export function encodeRequest(asked: ChatRequest, context: EncodeContext): JsonObject {
  noteForeign(asked, context)
  noteForeignFields(asked, 'bedrock', context.note)
  noteDetail(asked, context.note)
  noteProbabilities(asked, context.note)
  const request = withRunnableTools(withinAllowed(asked, context.note), 'bedrock', context)
  const writer = new PartWriter(context)
  const tools = planTools(request, writer, context)
  const format = planFormat(request, context)
  const { system, messages } = conversation(request.messages, writer, context)
  for (const instruction of [tools.instruction, format.instruction])
    if (instruction !== undefined) system.push({ text: instruction })
  const { fields, thinking } = planFields(request, whyNotThink(tools.toolConfig, messages), context)
  const inference = encodeInference(request, thinking, context)
  const { inferenceConfig: _, toolConfig: __, additionalModelRequestFields: more, ...own } = ownOf(request)
  const additional = { ...(isObject(more) ? more : {}), ...fields }
  const body: JsonDraft = {
    messages,
    ...(system.length === 0 ? {} : { system }),
    ...(Object.keys(inference).length === 0 ? {} : { inferenceConfig: inference }),
    ...(tools.toolConfig === undefined ? {} : { toolConfig: tools.toolConfig }),
    ...(Object.keys(additional).length === 0 ? {} : { additionalModelRequestFields: additional }),
    ...(format.outputConfig === undefined ? {} : { outputConfig: format.outputConfig }),
    ...own,
  }
  for (const field of context.traits.refuses ?? []) {
    if (!(field in body)) continue
    delete body[field]
    context.note({ kind: 'dropped', field, reason: 'this provider refuses it' })
  }
  limitPoints(body, context.note)
  return body
}

function conversation(
  messages: readonly Message[],
  writer: PartWriter,
  context: EncodeContext,
): { system: JsonDraft[]; messages: JsonDraft[] } {
  const firstTurn = messages.findIndex((message) => message.role !== 'system')
  const cut = firstTurn === -1 ? messages.length : firstTurn
  const system = messages
    .slice(0, cut)
    .filter((message): message is SystemMessage => message.role === 'system')
    .flatMap((message) => writer.system(message.parts.filter((part) => !isBlank(part.text))))
  const turns = encodeTurns(messages.slice(cut), writer, context)
  // Someone must have said something: a conversation of instructions alone is asked as the user's words.
  if (turns.length === 0 && system.length > 0) turns.push({ role: 'user', content: system.splice(0) })
  if (turns.length === 0) throw invalid('messages: must hold at least one message with content.', 'messages')
  return { system, messages: turns }
}

/** Two combinations are refused upstream; there the call goes without thinking rather than not at all. */
function whyNotThink(toolConfig: JsonObject | undefined, messages: readonly JsonDraft[]): string | undefined {
  const choice = toolConfig?.['toolChoice']
  if (isObject(choice) && choice['auto'] === undefined) return 'not possible with a forced tool'
  return isUnsignedToolLoop(messages)
    ? 'the calls being answered came without their signed thinking'
    : undefined
}

/** Whether the conversation stands in the middle of a tool round that does not begin with the model's thinking. */
function isUnsignedToolLoop(messages: readonly JsonDraft[]): boolean {
  const results = messages.at(-1)?.['content']
  if (!Array.isArray(results) || !results.some((block) => isObject(block) && 'toolResult' in block))
    return false
  const calls = messages.findLast((message) => message['role'] === 'assistant')?.['content']
  const first: unknown = Array.isArray(calls) ? calls[0] : undefined
  return !isObject(first) || !('reasoningContent' in first)
}

function noteForeign(request: ChatRequest, { note }: EncodeContext): void {
  const foreign: readonly (readonly [string, unknown])[] = [
    ['frequency_penalty', request.frequencyPenalty === 0 ? undefined : request.frequencyPenalty],
    ['presence_penalty', request.presencePenalty === 0 ? undefined : request.presencePenalty],
    ['seed', request.seed],
    ['user', request.user],
  ]
  for (const [field, value] of foreign)
    if (value !== undefined) note({ kind: 'dropped', field, reason: 'this provider has no such field' })
}
