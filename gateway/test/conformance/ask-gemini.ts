/** The official `@google/genai` client, unmodified. */

import { ApiError, GoogleGenAI } from '@google/genai'
import { count, list, loose, type Loose, text } from './loose-json.ts'
import type { Ask, Asked, Question, Seen, SeenUsage } from './seen.ts'
import { tap } from './tapped-fetch.ts'
import { weighedBy } from './weighed.ts'

export const askGemini: Ask = async (question): Promise<Asked> => {
  const wire = tap()
  const client = new GoogleGenAI({
    apiKey: 'k',
    httpOptions: { baseUrl: question.url, fetch: wire.fetch, retryOptions: { attempts: 1 } },
  })
  try {
    const seen = seenIn(await bodiesFrom(client, question))
    return { seen, ...(await wire.wire()) }
  } catch (thrown) {
    const { name, message } = thrown instanceof Error ? thrown : new Error(String(thrown))
    const status = thrown instanceof ApiError ? thrown.status : undefined
    return { error: { kind: name, status, message }, ...(await wire.wire()) }
  }
}

async function bodiesFrom(client: GoogleGenAI, { model, stream }: Question): Promise<Loose[]> {
  const asked = { model, contents: 'Say something.' }
  if (!stream) return [loose(await client.models.generateContent(asked))]
  const bodies: Loose[] = []
  for await (const body of await client.models.generateContentStream(asked)) bodies.push(loose(body))
  return bodies
}

function seenIn(bodies: readonly Loose[]): Seen {
  const candidates = bodies.flatMap((body) => list(body['candidates']).filter((one) => !one['index']))
  const parts = candidates.flatMap((one) => list(loose(one['content'])['parts']))
  const spoken = parts.filter((part) => typeof part['text'] === 'string')
  const said = (thought: boolean) =>
    spoken
      .filter((part) => (part['thought'] === true) === thought)
      .map((part) => text(part['text']))
      .join('')
  const words = candidates.map((one) => text(one['finishReason'])).filter((word) => word !== '')
  const blocked = bodies.map((body) => text(loose(body['promptFeedback'])['blockReason']))
  const usage = bodies
    .map((body) => loose(body['usageMetadata']))
    .filter((each) => Object.keys(each).length > 0)
  const media = parts.filter((part) => part['inlineData'] !== undefined || part['fileData'] !== undefined)
  return {
    text: said(false),
    refusal: '',
    reasoning: said(true),
    calls: parts.flatMap((part) => {
      const call = loose(part['functionCall'])
      if (part['functionCall'] === undefined) return []
      return [{ id: text(call['id']), name: text(call['name']), arguments: call['args'] ?? {} }]
    }),
    finish: words.at(-1) ?? (blocked.some((word) => word !== '') ? 'SAFETY' : ''),
    usage: usage.length === 0 ? undefined : usageIn(Object.assign({}, ...usage)),
    citations: candidates.map(citedIn).reduce((sum, each) => sum + each, 0),
    signatures: parts.filter((part) => text(part['thoughtSignature']) !== '').length,
    images: media.filter((part) => !mediaType(part).startsWith('audio/')).length,
    audio: media.some((part) => mediaType(part).startsWith('audio/')),
    native: parts.filter(isOther).length,
    logprobs: candidates.flatMap(weighedBy),
  }
}

function mediaType(part: Loose): string {
  return text(loose(part['inlineData'] ?? part['fileData'])['mimeType'])
}

const KNOWN = new Set(['text', 'thought', 'thoughtSignature', 'functionCall', 'inlineData', 'fileData'])

function isOther(part: Loose): boolean {
  return Object.keys(part).some((key) => !KNOWN.has(key))
}

/** Places that cite a source, sources that stand at no place, and what was recited. */
function citedIn(candidate: Loose): number {
  const grounding = loose(candidate['groundingMetadata'])
  const sources = list(grounding['groundingChunks'])
  const cited = list(grounding['groundingSupports']).flatMap((support) =>
    Array.isArray(support['groundingChunkIndices']) ? support['groundingChunkIndices'] : [],
  )
  const known = cited.filter((index) => sources[Number(index)] !== undefined)
  const recited = loose(candidate['citationMetadata'])
  const loneSources = sources.filter((_, at) => !cited.includes(at)).length
  return known.length + loneSources + list(recited['citationSources'] ?? recited['citations']).length
}

function usageIn(usage: Loose): SeenUsage {
  return {
    input: (count(usage['promptTokenCount']) ?? 0) + (count(usage['toolUsePromptTokenCount']) ?? 0),
    output: count(usage['candidatesTokenCount']) ?? 0,
    cacheRead: count(usage['cachedContentTokenCount']),
    reasoning: count(usage['thoughtsTokenCount']),
  }
}
