/** Requests: the client's body as the neutral request, and any neutral request as a body for this dialect's servers. */

import { invalid } from '#core'
import type { ChatRequest, JsonDraft, JsonObject, Message, Operation, SystemMessage } from '#core'
import { withinAllowed } from '../allowed-tools.ts'
import type { Address, EncodeContext } from '../dialect.ts'
import { noteCiting, noteDetail, noteForeignFields } from '../foreign.ts'
import { choosesSearch, withRunnableTools } from '../provider-tools.ts'
import { headOf } from './check.ts'
import { decodeGeneration, encodeGeneration, remove } from './generation.ts'
import { decodeContents, decodeSystem } from './message.ts'
import { decodeToolConfig, decodeTools, encodeToolConfig, encodeTools } from './tools.ts'
import { encodeSystem, Turns } from './turns.ts'
import { lackOf } from './web-search.ts'
import { camel, camelAt, fieldSet, ownOf, restOf, withRest } from './wire.ts'

/** `stream` is no field of this dialect, but servers in front of it have been seen to add one. */
const KNOWN = fieldSet('model stream contents systemInstruction tools toolConfig generationConfig')

export function decodeRequest(wire: JsonObject, _operation?: Operation, address?: Address): ChatRequest {
  const body = camel(wire)
  const { model, stream } = headOf(body, address)
  const generation = decodeGeneration(camelAt(body, 'generationConfig'))
  const tools = decodeTools(body['tools'])
  const { toolChoice, rest: toolConfig } = decodeToolConfig(camelAt(body, 'toolConfig'))
  const rest = {
    ...restOf(body, KNOWN),
    ...(generation.rest === undefined ? {} : { generationConfig: generation.rest }),
    ...(toolConfig === undefined ? {} : { toolConfig }),
  }
  return {
    model,
    messages: [...decodeSystem(body['systemInstruction']), ...decodeContents(body['contents'])],
    stream,
    ...(tools.length === 0 ? {} : { tools }),
    ...(toolChoice === undefined ? {} : { toolChoice }),
    ...generation.fields,
    ...withRest(rest, generation.marks),
  }
}

export function encodeRequest(asked: ChatRequest, context: EncodeContext): JsonObject {
  noteForeign(asked, context)
  // Some of the functions can be named for a call that must be made, not for one that may.
  const allowed =
    asked.toolChoice?.type === 'auto' || allowsOthers(asked) ? withinAllowed(asked, context.note) : asked
  const request = withRunnableTools(allowed, 'gemini', context, lackOf(context))
  const { system, contents } = encodeConversation(request.messages, context)
  const tools = encodeTools(request.tools ?? [], context)
  const toolConfig = encodeToolConfig(request, tools)
  const functions = tools.some(({ functionDeclarations }) => functionDeclarations !== undefined)
  if (choosesSearch(request) || (!functions && mustCall(request)))
    context.note({ kind: 'dropped', field: 'tool_choice', reason: 'only a function can be chosen here' })
  const generationConfig = encodeGeneration(request, context)
  const { generationConfig: _config, toolConfig: _choice, ...own } = ownOf(request)
  const body: JsonDraft = {
    contents,
    ...(system === undefined ? {} : { systemInstruction: system }),
    ...(tools.length === 0 ? {} : { tools }),
    ...(toolConfig === undefined ? {} : { toolConfig }),
    ...(generationConfig === undefined ? {} : { generationConfig }),
    ...own,
  }
  remove(body, context.traits.refuses ?? [], 'this provider refuses it', context)
  return body
}

/** Some of the tools that may be called are run by a provider of another language. */
function allowsOthers({ toolChoice, tools = [] }: ChatRequest): boolean {
  if (toolChoice?.type !== 'required' || toolChoice.allowed === undefined) return false
  const { allowed } = toolChoice
  return tools.some(
    ({ name, native }) => native !== undefined && native.dialect !== 'gemini' && allowed.includes(name),
  )
}

function mustCall({ toolChoice }: ChatRequest): boolean {
  return toolChoice?.type === 'required' || toolChoice?.type === 'tool'
}

function encodeConversation(
  messages: readonly Message[],
  context: EncodeContext,
): { system: JsonDraft | undefined; contents: JsonDraft[] } {
  const firstTurn = messages.findIndex((message) => message.role !== 'system')
  const leading = messages.slice(0, firstTurn === -1 ? messages.length : firstTurn).filter(isSystem)
  const turns = new Turns(context)
  if (firstTurn !== -1) for (const message of messages.slice(firstTurn)) turns.add(message)
  const contents = turns.end()
  const system = encodeSystem(leading)
  if (contents.length > 0) return { system, contents }
  // An empty turn beside instructions is understood, and means just these.
  if (system !== undefined && firstTurn !== -1)
    return { system, contents: [{ role: 'user', parts: [{ text: '' }] }] }
  // Someone must have said something: a conversation of instructions alone is asked as the user's words.
  if (system === undefined) throw invalid('contents: must hold at least one turn with content.', 'contents')
  return { system: undefined, contents: [{ role: 'user', parts: system['parts'] ?? [] }] }
}

function isSystem(message: Message): message is SystemMessage {
  return message.role === 'system'
}

/** What has no place here, in the client's words or as a field only its dialect knows: told, never silently lost. */
function noteForeign(request: ChatRequest, context: EncodeContext): void {
  const drop = (field: string, reason: string): void => context.note({ kind: 'dropped', field, reason })
  if (request.user !== undefined) drop('user', 'this dialect has no such field')
  if (request.parallelToolCalls === false) drop('parallel_tool_calls', 'this dialect cannot forbid it')
  noteForeignFields(request, 'gemini', context.note)
  noteDetail(request, context.note)
  noteCiting(request, context.note)
}
