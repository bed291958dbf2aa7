/** Requests: the client's body as the neutral request, and any neutral request as a body for this dialect's servers. */

import { arrayOf, invalid, isObject, numberOf, stringOf } from '#core'
import type { ChatRequest, JsonDraft, JsonObject, JsonValue, Message, SystemMessage, WithExtras } from '#core'
import { withinAllowed } from '../allowed-tools.ts'
import type { EncodeContext } from '../dialect.ts'
import { noteDetail, noteForeignFields } from '../foreign.ts'
import { withRunnableTools } from '../provider-tools.ts'
import { noteProbabilities } from '../token-probabilities.ts'
import { limitMarks } from './cache-limit.ts'
import { decodeFormat, formatOf, planFormat } from './format.ts'
import { decodeMessages, decodeSystem } from './message.ts'
import { encodeSystemText } from './parts.ts'
import { sampling } from './sampling.ts'
import { decodeThinking, planThinking } from './thinking.ts'
import { decodeToolChoice, decodeTools, encodeToolChoice, encodeTools } from './tools.ts'
import { Turns } from './turns.ts'
import { lackOf } from './web-search.ts'
import { isBlank, ownOf, rest } from './wire.ts'

const KNOWN: ReadonlySet<string> = new Set([
  'model',
  'messages',
  'system',
  'max_tokens',
  'stream',
  'temperature',
  'top_p',
  'top_k',
  'stop_sequences',
  'tools',
  'tool_choice',
  'thinking',
  'metadata',
  'output_config',
  'output_format',
])

export function decodeRequest(wire: JsonObject): ChatRequest {
  const user = isObject(wire['metadata']) ? stringOf(wire['metadata']['user_id']) : undefined
  const format = formatOf(wire)
  return {
    model: stringOf(wire['model']) ?? '',
    messages: [...decodeSystem(wire['system']), ...decodeMessages(arrayOf(wire['messages']) ?? [])],
    stream: wire['stream'] === true,
    ...decodeTools(wire['tools']),
    ...decodeToolChoice(wire['tool_choice']),
    ...numbers(wire),
    ...decodeThinking(wire),
    ...decodeFormat(format),
    ...(user === undefined ? {} : { user }),
    ...ownFields(wire, format),
  }
}

/** Of two fields only a part has neutral words; what else they hold stays here. */
function ownFields(wire: JsonObject, format: JsonObject | undefined): WithExtras {
  const own: JsonDraft = { ...rest(wire, KNOWN).extras?.anthropic }
  const metadata = remainder(wire['metadata'], ['user_id'])
  const config = remainder(wire['output_config'], ['effort', 'format'])
  if (metadata !== undefined) own['metadata'] = metadata
  if (config !== undefined) own['output_config'] = config
  if (format !== undefined) own['~format'] = format
  // On a request the mark is a field of its own: the provider places it.
  if (isObject(wire['cache_control'])) own['cache_control'] = wire['cache_control']
  return Object.keys(own).length === 0 ? {} : { extras: { anthropic: own } }
}

function remainder(value: JsonValue | undefined, known: readonly string[]): JsonObject | undefined {
  if (!isObject(value)) return undefined
  const left = Object.entries(value).filter(
    ([key, each]) => !known.includes(key) && each !== null && key !== '__proto__',
  )
  return left.length === 0 ? undefined : Object.fromEntries(left)
}

function numbers(wire: JsonObject): Partial<ChatRequest> {
  const maxOutputTokens = numberOf(wire['max_tokens'])
  const temperature = numberOf(wire['temperature'])
  const topP = numberOf(wire['top_p'])
  const topK = numberOf(wire['top_k'])
  const stop = arrayOf(wire['stop_sequences'])?.filter((each) => typeof each === 'string')
  return {
    ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
    ...(temperature === undefined ? {} : { temperature }),
    ...(topP === undefined ? {} : { topP }),
    ...(topK === undefined ? {} : { topK }),
    ...(stop === undefined || stop.length === 0 ? {} : { stop }),
  }
}

export function encodeRequest(asked: ChatRequest, context: EncodeContext): JsonObject {
  noteForeignFields(asked, 'anthropic', context.note)
  noteDetail(asked, context.note)
  noteProbabilities(asked, context.note)
  const allowed = withinAllowed(asked, context.note)
  const request = withRunnableTools(allowed, 'anthropic', context, lackOf)
  const plan = planThinking(request, context)
  const format = planFormat(request, context)
  const { system, messages } = encodeConversation(request.messages, format.instruction, context)
  const tools = encodeTools(request, context)
  const choice = tools.length === 0 ? undefined : encodeToolChoice(request)
  const thinking = allowedThinking(plan.thinking, choice, messages, context)
  const { output_config, metadata, ...own } = ownOf(request)
  const config = outputConfig(output_config, plan.effort, format.format)
  const body: JsonDraft = {
    model: context.model,
    max_tokens: plan.maxTokens,
    ...(system.length === 0 ? {} : { system }),
    ...(tools.length === 0 ? {} : { tools }),
    ...(choice === undefined ? {} : { tool_choice: choice }),
    messages,
    ...sampling(request, isThinking(thinking), context),
    ...(thinking === undefined ? {} : { thinking }),
    ...(config === undefined ? {} : { output_config: config }),
    ...(request.user === undefined
      ? isObject(metadata)
        ? { metadata }
        : {}
      : { metadata: { ...(isObject(metadata) ? metadata : {}), user_id: request.user } }),
    ...(request.stream ? { stream: true } : {}),
    ...own,
  }
  for (const field of context.traits.refuses ?? []) {
    if (!(field in body)) continue
    delete body[field]
    context.note({ kind: 'dropped', field, reason: 'this provider refuses it' })
  }
  limitMarks(body, context.note)
  return body
}

function encodeConversation(
  messages: readonly Message[],
  instruction: string | undefined,
  context: EncodeContext,
): { system: JsonDraft[]; messages: JsonDraft[] } {
  const firstTurn = messages.findIndex((message) => message.role !== 'system')
  const leading = messages.slice(0, firstTurn === -1 ? messages.length : firstTurn).filter(isSystem)
  const system = leading.flatMap((message) => encodeSystemText(message.parts))
  const turns = new Turns(context)
  if (firstTurn !== -1) for (const message of messages.slice(firstTurn)) turns.add(message)
  const out = turns.end()
  // Someone must have said something: a conversation of instructions alone is asked as the user's words.
  if (out.length === 0 && system.length > 0) out.push({ role: 'user', content: system.splice(0) })
  if (out.length === 0) throw invalid('messages: must hold at least one message with content.', 'messages')
  if (instruction !== undefined) system.push({ type: 'text', text: instruction })
  return { system, messages: out }
}

function isSystem(message: Message): message is SystemMessage {
  return message.role === 'system' && message.parts.some((part) => !isBlank(part.text))
}

function isThinking(thinking: JsonObject | undefined): boolean {
  return thinking !== undefined && thinking['type'] !== 'disabled'
}

/** Two combinations are refused upstream; there the call goes without thinking rather than not at all. */
function allowedThinking(
  thinking: JsonObject | undefined,
  choice: JsonObject | undefined,
  messages: readonly JsonDraft[],
  context: EncodeContext,
): JsonObject | undefined {
  if (!isThinking(thinking)) return thinking
  const forced = choice?.['type'] === 'any' || choice?.['type'] === 'tool'
  const broken = thinking?.['type'] === 'enabled' && isUnsignedToolLoop(messages)
  if (!forced && !broken) return thinking
  const reason = forced
    ? 'not possible with a forced tool'
    : 'the calls being answered came without their signed thinking'
  context.note({ kind: 'dropped', field: 'thinking', reason })
  return undefined
}

/** Whether the conversation stands in the middle of a tool round that does not begin with the model's thinking. */
function isUnsignedToolLoop(messages: readonly JsonDraft[]): boolean {
  const results = messages.at(-1)?.['content']
  if (!Array.isArray(results) || !results.some((block) => isObject(block) && block['type'] === 'tool_result'))
    return false
  const calls = messages.findLast((message) => message['role'] === 'assistant')?.['content']
  const first: unknown = Array.isArray(calls) ? calls[0] : undefined
  return !isObject(first) || (first['type'] !== 'thinking' && first['type'] !== 'redacted_thinking')
}

function outputConfig(
  own: unknown,
  effort: string | undefined,
  format: JsonObject | undefined,
): JsonObject | undefined {
  const config = {
    ...(isObject(own) ? own : {}),
    ...(effort === undefined ? {} : { effort }),
    ...(format === undefined ? {} : { format }),
  }
  return Object.keys(config).length === 0 ? undefined : config
}
