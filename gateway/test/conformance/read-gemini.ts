/** The meaning of a recorded answer of generateContent, candidate 0 of it. */

import { count, list, loose, type Loose, payloads, text } from './loose-json.ts'
import { type Draft, type Meaning, type MeantUsage, nothing, type Outcome } from './meaning.ts'
import { weighedBy } from './weighed.ts'

const OUTCOMES: Readonly<Record<string, Outcome>> = {
  STOP: 'end',
  1: 'end',
  MAX_TOKENS: 'length',
  2: 'length',
}
const FILTERED =
  /^(?:SAFETY|RECITATION|BLOCKLIST|PROHIBITED_CONTENT|SPII|MODEL_ARMOR|IMAGE_SAFETY|IMAGE_PROHIBITED_CONTENT|IMAGE_RECITATION)$/
const BROKEN = /^(?:MALFORMED_FUNCTION_CALL|UNEXPECTED_TOOL_CALL)$/

export function readGemini(body: string, format: string, streamed: boolean): Meaning {
  const draft = nothing()
  const chunks = streamed
    ? payloads(body, format).map((frame) => loose(JSON.parse(frame)))
    : listed(JSON.parse(body))
  let usage: Loose = {}
  let blocked = false
  // Chunks repeat what earlier ones cited.
  const cited = new Set<string>()
  for (const chunk of chunks) {
    const error = loose(chunk['error'])
    if (chunk['error'] !== undefined) draft.failure = text(error['message'])
    const all = list(chunk['candidates'])
    draft.alternatives = Math.max(draft.alternatives, all.length - 1)
    usage = { ...usage, ...loose(chunk['usageMetadata'] ?? chunk['usage_metadata']) }
    if (loose(chunk['promptFeedback'])['blockReason'] !== undefined) {
      blocked = true
      draft.explanation = text(loose(chunk['promptFeedback'])['blockReasonMessage'])
    }
    const candidate = all.find((one) => !one['index'])
    if (candidate !== undefined) readCandidate(candidate, draft, cited)
  }
  const word = draft.word
  if (BROKEN.test(word)) draft.failure = draft.explanation
  draft.outcome = word === '' && blocked ? 'filter' : outcome(word, draft)
  if (word === '' && !blocked) draft.failure ??= ''
  if (draft.outcome === 'end' || draft.outcome === 'tools') draft.explanation = ''
  if (Object.keys(usage).length > 0) draft.usage = usageOf(usage)
  return draft
}

function listed(value: unknown): Loose[] {
  return Array.isArray(value) ? list(value) : [loose(value)]
}

function readCandidate(candidate: Loose, draft: Draft, cited: Set<string>): void {
  for (const part of list(loose(candidate['content'])['parts'])) readPart(part, draft)
  const reason = candidate['finishReason']
  if (typeof reason === 'string' || typeof reason === 'number') draft.word = `${reason}`
  draft.explanation = text(candidate['finishMessage']) || draft.explanation
  const grounding = loose(candidate['groundingMetadata'])
  const sources = list(grounding['groundingChunks'])
  for (const support of list(grounding['groundingSupports'])) {
    const indices = Array.isArray(support['groundingChunkIndices']) ? support['groundingChunkIndices'] : []
    for (const index of indices) {
      const source = sources[Number(index)]
      if (source !== undefined) cite({ segment: support['segment'], source }, addressIn(source), draft, cited)
    }
  }
  // Each chunk may tell all sources anew.
  if (candidate['groundingMetadata'] !== undefined) draft.listed = listedIn(sources, grounding)
  const recited = loose(candidate['citationMetadata'])
  draft.listed += list(recited['citationSources']).length
  for (const one of list(recited['citationSources'] ?? recited['citations']))
    if (text(one['uri']) !== '') cite(placed(one, draft.text), text(one['uri']), draft, cited)
  draft.logprobs.push(...weighedBy(candidate))
}

/** Places that cite a source, and sources that stand at no place. */
function listedIn(sources: readonly Loose[], grounding: Loose): number {
  const cited = list(grounding['groundingSupports']).flatMap((support) =>
    Array.isArray(support['groundingChunkIndices']) ? support['groundingChunkIndices'] : [],
  )
  return cited.filter((at) => at in sources).length + sources.filter((_, at) => !cited.includes(at)).length
}

function cite(source: Loose, address: string, draft: Draft, cited: Set<string>): void {
  const key = JSON.stringify(source)
  if (cited.has(key)) return
  cited.add(key)
  draft.citations += 1
  if (address !== '') draft.pages += 1
}

/** A place behind the end of the text is none. */
function placed(source: Loose, said: string): Loose {
  return (count(source['endIndex']) ?? 0) <= Buffer.byteLength(said) ? source : { uri: source['uri'] }
}

function addressIn(source: Loose): string {
  return Object.values(source)
    .map((each) => text(loose(each)['uri']))
    .join('')
}

function readPart(part: Loose, draft: Draft): void {
  if (text(part['thoughtSignature']) !== '') draft.signatures += 1
  const call = loose(part['functionCall'])
  if (part['functionCall'] !== undefined && text(call['name']) === '') continueCall(call, draft)
  else if (part['functionCall'] !== undefined) {
    const id = text(call['id'])
    draft.calls.push({ id, name: text(call['name']), arguments: JSON.stringify(call['args'] ?? {}) })
  } else if (typeof part['text'] === 'string') {
    if (part['thought'] === true) draft.reasoning += part['text']
    else draft.text += part['text']
  } else if (part['inlineData'] !== undefined) {
    draft.images += 1
  } else if (Object.keys(part).some((key) => key !== 'thoughtSignature')) draft.native += 1
}

/** Arguments that come as values of JSON paths: `$.list[0].name`, one piece after another. */
function continueCall(call: Loose, draft: Draft): void {
  const last = draft.calls.pop()
  if (last === undefined) return
  const root: unknown = JSON.parse(last.arguments)
  for (const piece of list(call['partialArgs'])) {
    const steps = text(piece['jsonPath']).match(/[^$.[\]'"]+/g) ?? []
    const value = piece['stringValue'] ?? piece['numberValue'] ?? piece['boolValue'] ?? null
    let place: unknown = root
    steps.forEach((step, at) => {
      // What stands on the way is an object or a list, made here where it is not yet.
      const holder = place as Record<string, unknown>
      const before = holder[step]
      if (at < steps.length - 1) holder[step] = before ?? (/^\d+$/.test(steps[at + 1] ?? '') ? [] : {})
      else holder[step] = typeof before === 'string' && typeof value === 'string' ? before + value : value
      place = holder[step]
    })
  }
  draft.calls.push({ ...last, arguments: JSON.stringify(root) })
}

function outcome(word: string, draft: Draft): Outcome {
  if (FILTERED.test(word)) return 'filter'
  const said = OUTCOMES[word] ?? 'unknown'
  return said === 'end' && draft.calls.length > 0 ? 'tools' : said
}

/** Thinking is beside the answer, what provider-run tools read beside the prompt. */
function usageOf(wire: Loose): MeantUsage {
  const thought = count(wire['thoughtsTokenCount'])
  return {
    input: (count(wire['promptTokenCount']) ?? 0) + (count(wire['toolUsePromptTokenCount']) ?? 0),
    output: (count(wire['candidatesTokenCount']) ?? 0) + (thought ?? 0),
    cacheRead: count(wire['cachedContentTokenCount']),
    reasoning: thought,
  }
}
