/** The meaning of a recorded message. */

import { count, list, loose, type Loose, payloads, text } from './loose-json.ts'
import { type Draft, type Meaning, type MeantUsage, nothing, type Outcome } from './meaning.ts'

const OUTCOMES: Readonly<Record<string, Outcome>> = {
  end_turn: 'end',
  tool_use: 'tools',
  max_tokens: 'length',
  model_context_window_exceeded: 'context',
  stop_sequence: 'stop-string',
  refusal: 'refusal',
  pause_turn: 'pause',
}

export function readMessages(body: string, format: string, streamed: boolean): Meaning {
  const draft = nothing()
  const wire = streamed ? assembled(payloads(body, format), draft) : loose(JSON.parse(body))
  for (const block of list(wire['content'])) readBlock(block, draft)
  draft.explanation = text(loose(wire['stop_details'])['explanation'])
  const said = OUTCOMES[text(wire['stop_reason'])] ?? 'unknown'
  draft.outcome = said === 'end' && draft.calls.length > 0 ? 'tools' : said
  const usage = loose(wire['usage'])
  if (wire['usage'] !== undefined) draft.usage = usageOf(usage)
  return draft
}

/** The whole message a stream amounts to. */
function assembled(frames: readonly string[], draft: Draft): Loose {
  const blocks = new Map<number, Record<string, unknown>>()
  let message: Record<string, unknown> = {}
  let usage: Record<string, unknown> = {}
  let stopped = false
  // Some servers of this language end as chat completions do.
  for (const frame of frames.filter((one) => one !== '[DONE]')) {
    const event = loose(JSON.parse(frame))
    const block = blocks.get(count(event['index']) ?? 0)
    switch (event['type']) {
      case 'message_start':
        message = { ...loose(event['message']) }
        usage = { ...loose(message['usage']) }
        break
      case 'content_block_start':
        blocks.set(count(event['index']) ?? 0, { ...loose(event['content_block']), json: '' })
        break
      case 'content_block_delta':
        if (block !== undefined) grow(block, loose(event['delta']))
        break
      case 'message_delta':
        Object.assign(message, loose(event['delta']))
        // Counters only grow, so a later zero or null says no more than that this event does not know.
        for (const [key, value] of Object.entries(loose(event['usage']))) usage[key] = value || usage[key]
        break
      case 'message_stop':
        stopped = true
        break
      case 'error':
        draft.failure = text(loose(event['error'])['message'])
        break
      default:
    }
  }
  if (!stopped) draft.failure ??= ''
  return { ...message, content: [...blocks.values()], usage }
}

function grow(block: Record<string, unknown>, delta: Loose): void {
  block['text'] = text(block['text']) + text(delta['text'])
  block['thinking'] = text(block['thinking']) + text(delta['thinking'])
  block['signature'] = text(block['signature']) + text(delta['signature'])
  block['json'] = text(block['json']) + text(delta['partial_json'])
  if (delta['citation'] !== undefined) block['citations'] = [...list(block['citations']), delta['citation']]
}

function readBlock(block: Loose, draft: Draft): void {
  switch (block['type']) {
    case 'text':
      draft.text += text(block['text'])
      for (const one of list(block['citations'])) cite(one, draft)
      return
    case 'thinking':
      draft.reasoning += text(block['thinking'])
      if (text(block['signature']) !== '') draft.signatures += 1
      return
    case 'redacted_thinking':
      draft.signatures += 1
      return
    case 'tool_use': {
      const json = text(block['json']) || JSON.stringify(block['input'] ?? {})
      draft.calls.push({ id: text(block['id']), name: text(block['name']), arguments: json })
      return
    }
    default:
      draft.native += 1
  }
}

function cite(one: Loose, draft: Draft): void {
  draft.citations += 1
  if (text(one['url']) !== '') draft.pages += 1
  else if (count(one['document_index']) !== undefined) draft.places += 1
}

/** The headline input leaves out what the cache gave and took. */
function usageOf(wire: Loose): MeantUsage {
  const cacheRead = count(wire['cache_read_input_tokens'])
  const cacheWrite = count(wire['cache_creation_input_tokens'])
  return {
    input: (count(wire['input_tokens']) ?? 0) + (cacheRead ?? 0) + (cacheWrite ?? 0),
    output: count(wire['output_tokens']) ?? 0,
    cacheRead,
    cacheWrite,
    reasoning: count(loose(wire['output_tokens_details'])['thinking_tokens']),
  }
}
