/** A client of Gemini's API on plain HTTP, and what its answers say, read without our own codec. */

import { arrayOf, isObject, type JsonObject, type JsonValue, objectOf, parseJson, stringOf } from '#core'
import { type Reply, type Row, sseEvents } from './row.ts'

/** `whole`: generateContent. `events` and `list`: streamGenerateContent with and without `alt=sse`. */
export type How = 'whole' | 'events' | 'list'
export const WAYS = ['whole', 'events', 'list'] as const satisfies readonly How[]

export interface GeminiCall {
  readonly id: string
  readonly name: string
  readonly args: unknown
}

export interface GeminiAnswer {
  readonly reply: Reply
  /** Bodies in their order: one, or those of the stream. */
  readonly bodies: readonly JsonObject[]
  readonly parts: readonly JsonObject[]
  /** What was said aloud. */
  readonly text: string
  readonly calls: readonly GeminiCall[]
  readonly finish: string | undefined
  readonly usage: JsonObject
}

const VERBS: Readonly<Record<How, string>> = {
  whole: 'generateContent',
  events: 'streamGenerateContent?alt=sse',
  list: 'streamGenerateContent',
}

export function pathFor(model: string, how: How, version = 'v1beta'): string {
  return `/${version}/models/${encodeURIComponent(model)}:${VERBS[how]}`
}

export const saying = (text: string) => ({ contents: [{ role: 'user', parts: [{ text }] }] })

export async function askGemini(
  row: Row,
  model: string,
  body: object,
  how: How,
  headers?: Record<string, string>,
): Promise<GeminiAnswer> {
  return heard(await row.post(pathFor(model, how), body, headers), how)
}

export function heard(reply: Reply, how: How): GeminiAnswer {
  const bodies = bodiesOf(reply, how).filter(isObject)
  const candidates = bodies.flatMap((body) => arrayOf(body['candidates'])?.[0] ?? []).filter(isObject)
  const parts = candidates
    .flatMap(({ content }) => arrayOf(objectOf(content)?.['parts']) ?? [])
    .filter(isObject)
  return {
    reply,
    bodies,
    parts,
    text: parts.map((part) => (part['thought'] === true ? '' : (stringOf(part['text']) ?? ''))).join(''),
    calls: parts.flatMap(({ functionCall: call }) =>
      isObject(call)
        ? [{ id: stringOf(call['id']) ?? '', name: stringOf(call['name']) ?? '', args: call['args'] }]
        : [],
    ),
    finish: candidates.flatMap(({ finishReason }) => stringOf(finishReason) ?? []).at(-1),
    usage:
      bodies.flatMap(({ usageMetadata }) => (isObject(usageMetadata) ? [usageMetadata] : [])).at(-1) ?? {},
  }
}

function bodiesOf({ text, json }: Reply, how: How): readonly (JsonValue | undefined)[] {
  if (how === 'whole') return [json]
  if (how === 'list') return arrayOf(parseJson(text)) ?? []
  return sseEvents(text).map(({ data }) => parseJson(data))
}
