/** The `message` of a whole answer to a client. */

import {
  type AssistantPart,
  type ChatResponse,
  type JsonDraft,
  objectOf,
  parseJson,
  stringOf,
  type ToolCallPart,
} from '#core'
import type { AnswerContext } from '../dialect.ts'
import { encodeCitation } from './annotations.ts'
import { encodePicture, encodeSound } from './answer-media.ts'
import { sealedCallState } from './call-state.ts'
import { sealedDetail } from './reasoning.ts'
import { customTools } from './tools.ts'

/** Shown when a model declines without a word of its own. */
export const DECLINED = 'The model declined to answer.'

export function encodeMessage(response: ChatResponse, context: AnswerContext, legacy: boolean): JsonDraft {
  const { parts } = response
  const texts = parts.filter((part) => part.type === 'text')
  const content = texts.map((part) => (part.refusal === true ? '' : part.text)).join('')
  const said = texts.map((part) => (part.refusal === true ? part.text : '')).join('')
  const { reason, explanation = DECLINED } = response.finish
  const declined = reason === 'refusal' && content === '' ? explanation : ''
  return {
    role: 'assistant',
    content: content === '' ? null : content,
    refusal: said || declined || null,
    ...encodeThinking(parts),
    ...encodeCalls(parts, context, legacy),
    ...encodeAnnotations(parts, context),
    ...encodeMediaParts(parts, context),
  }
}

function encodeThinking(parts: readonly AssistantPart[]): JsonDraft {
  const blocks = parts.filter((part) => part.type === 'reasoning')
  if (blocks.length === 0) return {}
  const details: JsonDraft[] = []
  let text = ''
  for (const { text: own, opaque, redacted } of blocks) {
    const span = { start: text.length, end: text.length + own.length }
    if (opaque !== undefined) details.push(sealedDetail(opaque, redacted === true, details.length, span))
    text += own
  }
  return {
    ...(text === '' ? {} : { reasoning_content: text }),
    ...(details.length === 0 ? {} : { reasoning_details: details }),
  }
}

function encodeCalls(parts: readonly AssistantPart[], context: AnswerContext, legacy: boolean): JsonDraft {
  const calls = parts.filter((part) => part.type === 'tool-call')
  const [first] = calls
  if (first === undefined) return {}
  if (!legacy) {
    const custom = customTools(context.request)
    return { tool_calls: calls.map((call) => encodeCall(call, custom.has(call.name))) }
  }
  if (calls.length > 1) {
    context.note({
      kind: 'dropped',
      field: 'tool_calls',
      reason: 'A functions client can be told of one call only.',
    })
  }
  return { function_call: { name: first.name, arguments: first.arguments.trim() || '{}' } }
}

function encodeCall(call: ToolCallPart, custom: boolean): JsonDraft {
  const state = sealedCallState(call.opaque)
  if (custom) {
    return {
      id: call.id,
      type: 'custom',
      custom: { name: call.name, input: customInput(call.arguments) },
      ...state,
    }
  }
  return {
    id: call.id,
    type: 'function',
    function: { name: call.name, arguments: call.arguments.trim() || '{}' },
    ...state,
  }
}

/** What a free-text tool was told; arguments that are no `{input}` object go through as they are. */
export function customInput(text: string): string {
  return stringOf(objectOf(parseJson(text))?.['input']) ?? text
}

function encodeAnnotations(parts: readonly AssistantPart[], context: AnswerContext): JsonDraft {
  const annotations: JsonDraft[] = []
  let offset = 0
  for (const part of parts) {
    if (part.type !== 'text') continue
    const refusal = part.refusal === true
    for (const citation of part.citations ?? []) {
      const annotation = refusal ? undefined : encodeCitation(citation, offset)
      if (annotation !== undefined) annotations.push(annotation)
      else
        context.note({
          kind: 'dropped',
          field: 'citations',
          reason: 'Only citations of pages can be shown here.',
        })
    }
    if (!refusal) offset += part.text.length
  }
  return annotations.length === 0 ? {} : { annotations }
}

function encodeMediaParts(parts: readonly AssistantPart[], context: AnswerContext): JsonDraft {
  const images: JsonDraft[] = []
  let audio: JsonDraft | undefined
  for (const part of parts) {
    if (part.type === 'native') noteNative(context)
    if (part.type !== 'media') continue
    const image = encodePicture(part)
    if (image !== undefined) images.push(image)
    else audio ??= encodeSound(part, context.exchangeId)
  }
  return { ...(images.length === 0 ? {} : { images }), ...(audio === undefined ? {} : { audio }) }
}

export function noteNative(context: AnswerContext): void {
  context.note({
    kind: 'dropped',
    field: 'content',
    reason: 'A block of the answer has no form in chat completions.',
  })
}
