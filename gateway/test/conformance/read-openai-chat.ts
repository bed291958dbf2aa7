/** The meaning of a recorded chat completion, choice 0 of it. */

import { count, isPlain, list, loose, type Loose, payloads, text } from './loose-json.ts'
import { type Draft, type Meaning, type MeantUsage, nothing, type Outcome } from './meaning.ts'
import { weighedIn } from './weighed.ts'

const OUTCOMES: Readonly<Record<string, Outcome>> = {
  stop: 'end',
  tool_calls: 'tools',
  function_call: 'tools',
  length: 'length',
  content_filter: 'filter',
  refusal: 'refusal',
}

export function readChat(body: string, format: string, streamed: boolean): Meaning {
  const draft = nothing()
  const state: State = { calls: new Map(), details: '', finish: '', choices: new Set() }
  if (streamed) readStream(payloads(body, format), draft, state)
  else readPiece(loose(JSON.parse(body)), 'message', draft, state)
  draft.calls = [...state.calls.values()].map(({ id, name, json }) => ({ id, name, arguments: json }))
  if (draft.reasoning === '') draft.reasoning = state.details
  draft.alternatives = Math.max(0, state.choices.size - 1)
  draft.outcome = outcome(state.finish, draft)
  return draft
}

interface State {
  readonly calls: Map<string, { id: string; name: string; json: string }>
  details: string
  finish: string
  readonly choices: Set<number>
}

function readStream(frames: readonly string[], draft: Draft, state: State): void {
  for (const frame of frames) {
    if (frame.trim() !== '[DONE]') readPiece(loose(JSON.parse(frame)), 'delta', draft, state)
    if (draft.failure !== undefined) return
  }
  if (state.finish === '' && !frames.some((frame) => frame.trim() === '[DONE]')) draft.failure = ''
}

function readPiece(wire: Loose, field: 'message' | 'delta', draft: Draft, state: State): void {
  for (const choice of list(wire['choices'])) state.choices.add(count(choice['index']) ?? 0)
  const choice = list(wire['choices']).find((one) => (count(one['index']) ?? 0) === 0)
  const error = wire['error'] ?? choice?.['error']
  if (error) draft.failure = text(error) || text(loose(error)['message'])
  readSources(wire, draft)
  if (wire['usage']) draft.usage = usageOf(loose(wire['usage']))
  if (choice === undefined) return
  readMessage(loose(choice[field]), draft, state)
  if (text(choice['finish_reason']) !== '') state.finish = text(choice['finish_reason'])
  draft.logprobs.push(...weighedIn(loose(choice['logprobs'])['content']))
}

/** Perplexity lists its sources beside the choices, the whole list with every chunk. */
function readSources(wire: Loose, draft: Draft): void {
  const found = list(wire['search_results']).map((source) => text(source['url']))
  const named = Array.isArray(wire['citations']) ? wire['citations'].map(text) : []
  const pages = found.length + named.filter((url) => !found.includes(url)).length
  if (pages === 0) return
  draft.citations = pages
  draft.pages = pages
}

function readMessage(message: Loose, draft: Draft, state: State): void {
  draft.text += text(message['content']) || text(loose(message['audio'])['transcript'])
  // A server that was asked for JSON may give the value itself.
  if (isPlain(message['content'])) draft.text += JSON.stringify(message['content'])
  // Mistral's models that think say so in parts.
  for (const part of list(message['content'])) {
    draft.text += text(part['text'])
    draft.reasoning += text(part['thinking'])
    for (const thought of list(part['thinking'])) draft.reasoning += text(thought['text'])
  }
  draft.refusal += text(message['refusal'])
  draft.reasoning += text(message['reasoning_content']) || text(message['reasoning'])
  for (const detail of list(message['reasoning_details'])) {
    state.details += text(detail['text']) || text(detail['summary'])
    if (text(detail['signature']) || text(detail['data'])) draft.signatures += 1
  }
  for (const { type } of list(message['annotations'])) {
    if (type !== 'url_citation') continue
    draft.citations += 1
    draft.pages += 1
  }
  draft.images += list(message['images']).length
  if (loose(message['audio'])['data']) draft.audio = true
  list(message['tool_calls']).forEach((call, position) => readCall(call, position, state))
  const legacy = loose(message['function_call'])
  if (text(legacy['name']) || text(legacy['arguments'])) readCall({ index: 0, function: legacy }, 0, state)
}

function readCall(call: Loose, position: number, state: State): void {
  const key = String(count(call['index']) ?? position)
  const known = state.calls.get(key) ?? { id: '', name: '', json: '' }
  state.calls.set(key, known)
  const custom = call['type'] === 'custom' ? loose(call['custom']) : undefined
  const called = loose(call['function'])
  known.id ||= text(call['id'])
  known.name ||= text(called['name']) || text(custom?.['name'])
  known.json += custom === undefined ? text(called['arguments']) : JSON.stringify({ input: custom['input'] })
}

function outcome(finish: string, draft: Draft): Outcome {
  const said = OUTCOMES[finish] ?? (finish === '' ? 'end' : 'unknown')
  if (said === 'tools' || said === 'end') {
    if (draft.calls.length > 0) return 'tools'
    return draft.refusal === '' ? 'end' : 'refusal'
  }
  return said
}

/** Thinking is inside the output, unless the total shows that it is beside it. */
function usageOf(wire: Loose): MeantUsage {
  const prompt = loose(wire['prompt_tokens_details'])
  const input = count(wire['prompt_tokens']) ?? 0
  const written = count(wire['completion_tokens']) ?? 0
  const thought = count(loose(wire['completion_tokens_details'])['reasoning_tokens'])
  const total = count(wire['total_tokens']) ?? input + written
  const beside = thought !== undefined && total !== input + written && total === input + written + thought
  const output = beside ? written + thought : written
  return {
    input,
    output,
    // Mistral's own spelling stands last.
    cacheRead: count(prompt['cached_tokens']) ?? count(wire['num_cached_tokens']),
    cacheWrite: count(prompt['cache_write_tokens']),
    reasoning: thought === undefined ? undefined : Math.min(thought, output),
  }
}
