/** Parts of a neutral message as blocks: what this dialect refuses is left out, what it cannot say becomes a note. */

import { mayReturn, stringOf } from '#core'
import type { JsonDraft, NativePart, Part, ReasoningPart, TextPart, ToolCallPart } from '#core'
import type { EncodeContext } from '../dialect.ts'
import { toldAsText } from '../native-text.ts'
import { isFound } from './citations.ts'
import { encodeMedia } from './media.ts'
import { cacheControl, isBlank, ownOf, verbatimOf } from './wire.ts'

type CallWriter = (part: ToolCallPart) => JsonDraft

/** Blocks of a message. Only the assistant's messages give a writer for calls, and so only there calls are written. */
export function encodeContent(
  parts: readonly Part[],
  context: EncodeContext,
  call?: CallWriter,
): JsonDraft[] {
  const blocks: JsonDraft[] = []
  for (const part of parts) {
    const block = encodePart(part, context, call)
    if (block !== undefined) blocks.push(block)
    // A mark on what may not bear one still says "cache up to here".
    else if ('cache' in part && part.cache !== undefined) mark(blocks.at(-1), cacheControl(part.cache))
    if (part.type === 'reasoning' && part.cache !== undefined && block !== undefined) {
      mark(
        blocks.findLast((each) => each !== block && isMarkable(each)),
        cacheControl(part.cache),
      )
    }
  }
  return blocks
}

function encodePart(part: Part, context: EncodeContext, call: CallWriter | undefined): JsonDraft | undefined {
  switch (part.type) {
    case 'text':
      return encodeText(part, context)
    case 'media':
      if (call === undefined) return encodeMedia(part)
      context.note({ kind: 'unsupported', field: part.kind, reason: 'an assistant turn holds no media here' })
      return undefined
    case 'native':
      return encodeNative(part, context)
    case 'reasoning':
      return encodeReasoning(part, context)
    case 'tool-call':
      return call === undefined ? undefined : { ...call(part), ...cacheControl(part.cache), ...ownOf(part) }
    case 'tool-result':
      return undefined
  }
}

/** Text without a visible character is refused wherever it stands. */
function encodeText(part: TextPart, context?: EncodeContext): JsonDraft | undefined {
  const own = verbatimOf(part)
  if (own !== undefined) return { ...own }
  if (isBlank(part.text)) return undefined
  const citations = (part.citations ?? [])
    .map(ownOf)
    .filter((wire) => stringOf(wire['type']) !== undefined && isFound(wire))
  if (citations.length < (part.citations?.length ?? 0))
    context?.note({ kind: 'dropped', field: 'citations', reason: 'made by another provider' })
  return {
    type: 'text',
    text: part.text,
    ...(citations.length === 0 ? {} : { citations }),
    ...cacheControl(part.cache),
    ...ownOf(part),
  }
}

export function encodeSystemText(parts: readonly TextPart[]): JsonDraft[] {
  return parts.map((part) => encodeText(part)).filter((block) => block !== undefined)
}

function encodeNative(part: NativePart, context: EncodeContext): JsonDraft | undefined {
  if (part.dialect === 'anthropic') return { ...part.value }
  const field = stringOf(part.value['type']) ?? 'block'
  const text = toldAsText(part, field, context.note)
  return text === undefined || isBlank(text) ? undefined : { type: 'text', text }
}

/** Thinking goes back signed and to its issuer, or not at all: unsigned it is refused, as text the model would echo it. */
function encodeReasoning(part: ReasoningPart, context: EncodeContext): JsonDraft | undefined {
  const { opaque } = part
  const state =
    opaque !== undefined && mayReturn(opaque.issuer, context.provider, 'anthropic') ? opaque.value : undefined
  if (typeof state !== 'string' || state === '') {
    context.note({ kind: 'dropped', field: 'thinking', reason: 'not signed by this provider' })
    return undefined
  }
  if (part.redacted) return { type: 'redacted_thinking', data: state, ...ownOf(part) }
  return { type: 'thinking', thinking: part.text, signature: state, ...ownOf(part) }
}

function mark(block: JsonDraft | undefined, control: JsonDraft): void {
  if (block !== undefined && isMarkable(block)) block['cache_control'] ??= control['cache_control'] ?? null
}

function isMarkable(block: JsonDraft): boolean {
  return block['type'] !== 'thinking' && block['type'] !== 'redacted_thinking'
}
