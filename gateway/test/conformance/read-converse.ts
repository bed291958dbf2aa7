/** The meaning of a recorded answer of Converse, whole or as a binary event stream. */

import { recordedFrames } from '../recorded-frames.ts'
import { count, isPlain, list, loose, type Loose, text } from './loose-json.ts'
import { type Draft, type Meaning, type MeantUsage, nothing, type Outcome } from './meaning.ts'

const OUTCOMES: Readonly<Record<string, Outcome>> = {
  end_turn: 'end',
  tool_use: 'tools',
  max_tokens: 'length',
  model_context_window_exceeded: 'context',
  stop_sequence: 'stop-string',
  content_filtered: 'filter',
  guardrail_intervened: 'filter',
}

export function readConverse(body: string, _format: string, streamed: boolean): Meaning {
  const draft = nothing()
  const wire = streamed ? assembled(body, draft) : loose(JSON.parse(body))
  for (const block of list(loose(loose(wire['output'])['message'])['content'])) readBlock(block, draft)
  draft.word = text(wire['stopReason'])
  const said = OUTCOMES[draft.word] ?? 'unknown'
  draft.outcome = said === 'end' && draft.calls.length > 0 ? 'tools' : said
  if (wire['usage'] !== undefined) draft.usage = usageOf(loose(wire['usage']))
  return draft
}

/** The whole answer a stream amounts to. */
function assembled(body: string, draft: Draft): Loose {
  const blocks = new Map<number, Record<string, unknown>>()
  let stopReason: unknown
  let usage: unknown
  for (const { event, data } of recordedFrames(body)) {
    const wire = loose(JSON.parse(data))
    const at = count(wire['contentBlockIndex']) ?? 0
    const block = blocks.get(at) ?? {}
    if (event === 'contentBlockStart') blocks.set(at, { ...loose(wire['start']) })
    if (event === 'contentBlockDelta') {
      grow(block, loose(wire['delta']))
      blocks.set(at, block)
    }
    if (event === 'messageStop') stopReason = wire['stopReason']
    if (event === 'metadata') usage = wire['usage']
    if (/exception$/i.test(event)) draft.failure = text(wire['message'])
  }
  if (stopReason === undefined) draft.failure ??= ''
  return { output: { message: { content: [...blocks.values()] } }, stopReason, ...(usage ? { usage } : {}) }
}

function grow(block: Record<string, unknown>, delta: Loose): void {
  if (delta['text'] !== undefined) block['text'] = text(block['text']) + text(delta['text'])
  if (delta['toolUse'] !== undefined) {
    const known = loose(block['toolUse'])
    block['toolUse'] = { ...known, json: text(known['json']) + text(loose(delta['toolUse'])['input']) }
  }
  if (delta['reasoningContent'] !== undefined) {
    const known = loose(loose(block['reasoningContent'])['reasoningText'])
    const more = loose(delta['reasoningContent'])
    const said = { text: text(known['text']) + text(more['text']) }
    const signature = text(known['signature']) + text(more['signature'])
    block['reasoningContent'] = { ...more, reasoningText: { ...said, signature } }
  }
  if (delta['citation'] !== undefined) block['cited'] = [...list(block['cited']), loose(delta['citation'])]
}

function readBlock(block: Loose, draft: Draft): void {
  const call = loose(block['toolUse'])
  const thought = loose(block['reasoningContent'])
  const cited = loose(block['citationsContent'])
  if (block['toolUse'] !== undefined && call['type'] !== 'server_tool_use') {
    const json = text(call['json']) || JSON.stringify(call['input'] ?? {})
    draft.calls.push({ id: text(call['toolUseId']), name: text(call['name']), arguments: json })
  } else if (block['reasoningContent'] !== undefined) {
    const inner = loose(thought['reasoningText'])
    draft.reasoning += text(inner['text'])
    if (text(inner['signature']) !== '' || text(thought['redactedContent']) !== '') draft.signatures += 1
  } else if (block['citationsContent'] !== undefined) {
    draft.text += list(cited['content'])
      .map((each) => text(each['text']))
      .join('')
    cite(list(cited['citations']), draft)
  } else if (typeof block['text'] === 'string' || block['cited'] !== undefined) {
    draft.text += text(block['text'])
    cite(list(block['cited']), draft)
  } else if (block['image'] !== undefined) draft.images += 1
  else draft.native += 1
}

function cite(citations: readonly Loose[], draft: Draft): void {
  draft.citations += citations.length
  for (const one of citations) {
    const location = loose(one['location'])
    const within = Object.entries(location).some(
      ([kind, place]) => kind.startsWith('document') && isPlain(place),
    )
    if (text(loose(location['web'])['url']) !== '' || /^https?:/.test(text(one['source']))) draft.pages += 1
    else if (within) draft.places += 1
  }
}

/** The headline input leaves out what the cache gave and took. */
function usageOf(wire: Loose): MeantUsage {
  const cacheRead = count(wire['cacheReadInputTokens']) ?? count(wire['cacheReadInputTokenCount'])
  const cacheWrite = count(wire['cacheWriteInputTokens']) ?? count(wire['cacheWriteInputTokenCount'])
  return {
    input: (count(wire['inputTokens']) ?? 0) + (cacheRead ?? 0) + (cacheWrite ?? 0),
    output: count(wire['outputTokens']) ?? 0,
    cacheRead,
    cacheWrite,
  }
}
