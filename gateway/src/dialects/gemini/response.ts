/** A whole answer, both ways. */

import { GatewayError, isObject, objectOf } from '#core'
import type {
  AssistantPart,
  ChatEvent,
  ChatResponse,
  Citation,
  FinishEvent,
  JsonDraft,
  JsonObject,
  JsonValue,
  NoteSink,
  ReasoningPart,
  TokenProbability,
} from '#core'
import type { AnswerContext, DecodeContext } from '../dialect.ts'
import { AnswerReader } from './answer-reader.ts'
import { argumentsOf } from './arguments.ts'
import { errorFrom, isErrorBody } from './error-decode.ts'
import { encodeFinish } from './finish.ts'
import { encodeGrounding } from './grounding.ts'
import { average, encodeLogprobs } from './logprobs.ts'
import { encodeMedia } from './media.ts'
import { footingOf, sealed } from './signature.ts'
import { encodeUsage } from './usage.ts'
import { compact, listOf, markOf, ownOf } from './wire.ts'

/** A list is a stream that came without `alt=sse`: its items together are one answer. */
export function decodeResponse(wire: JsonValue, context: DecodeContext): ChatEvent[] {
  const reader = new AnswerReader(context)
  const events: ChatEvent[] = []
  for (const item of listOf(wire)) {
    if (!isObject(item)) throw notAnAnswer()
    if (isErrorBody(item)) throw errorFrom(item)
    events.push(...reader.push(item))
  }
  if (!reader.started) throw notAnAnswer()
  events.push(...reader.end())
  const last = events.at(-1)
  if (last?.type === 'error') throw last.error
  return events
}

export function notAnAnswer(): GatewayError {
  return new GatewayError(
    'bad-answer',
    'The provider answered with something that is not a generated answer.',
  )
}

export function encodeResponse(response: ChatResponse, context: AnswerContext): JsonObject {
  const { finish, usage } = response
  const writer = new PartWriter(context.note)
  const parts = response.parts.flatMap((part) => writer.write(part))
  const tokens = response.parts.flatMap((part) => (part.type === 'text' ? (part.probabilities ?? []) : []))
  return {
    ...(isBlockedPrompt(finish, parts.length)
      ? {}
      : {
          candidates: [
            encodeCandidate(parts, finish, { grounding: writer.grounding(), tokens, note: context.note }),
          ],
        }),
    ...(usage === undefined ? {} : { usageMetadata: encodeUsage(usage, context.note) }),
    modelVersion: context.model,
    responseId: context.exchangeId,
    ...ownOf(finish),
  }
}

/** The prompt itself was refused: there is no candidate then, and `promptFeedback` says why. */
export function isBlockedPrompt(finish: Omit<FinishEvent, 'type'>, parts: number): boolean {
  const feedback = finish.extras?.gemini?.['promptFeedback']
  return (
    parts === 0 && finish.reason === 'content-filter' && objectOf(feedback)?.['blockReason'] !== undefined
  )
}

interface Beside {
  readonly grounding: JsonObject | undefined
  /** Of the text in these parts. */
  readonly tokens: readonly TokenProbability[]
  /** Of text that went out before. */
  readonly before?: readonly TokenProbability[]
  readonly note: NoteSink
}

export function encodeCandidate(
  parts: readonly JsonObject[],
  finish: Omit<FinishEvent, 'type'>,
  { grounding, tokens, before = [], note }: Beside,
): JsonDraft {
  const told = [...tokens, ...(finish.probabilities ?? [])]
  const own = objectOf(markOf(finish, '~candidate')) ?? {}
  // What the provider itself said of its sources says it better.
  const sources = own['groundingMetadata'] ?? own['citationMetadata']
  return {
    content: { role: 'model', parts },
    finishReason: encodeFinish(finish, note),
    index: 0,
    ...compact({
      finishMessage: finish.explanation,
      groundingMetadata: sources === undefined ? grounding : undefined,
      logprobsResult: told.length === 0 ? undefined : encodeLogprobs(told),
    }),
    ...average([...before, ...told]),
    ...own,
  }
}

/** Neutral parts of an answer as parts of the wire; remembers what they cite. */
export class PartWriter {
  readonly #note: NoteSink
  #text = ''
  #cited: (Citation & { readonly offset: number })[] = []

  constructor(note: NoteSink) {
    this.#note = note
  }

  write(part: AssistantPart): JsonDraft[] {
    switch (part.type) {
      case 'text': {
        for (const citation of part.citations ?? []) this.cite(citation)
        this.said(part.text)
        return part.text === '' ? [] : [{ text: part.text }]
      }
      case 'reasoning':
        return encodeThought(part)
      case 'tool-call':
        return [
          {
            functionCall: compact({ id: part.id, name: part.name, args: argumentsOf(part.arguments) ?? {} }),
            ...(part.opaque === undefined ? {} : { thoughtSignature: sealed(part.opaque) }),
          },
        ]
      case 'media':
        return part.source.type === 'file-id' ? this.#drop('media') : [encodeMedia(part)]
      case 'native':
        return part.dialect === 'gemini' ? [{ ...part.value }] : this.#drop(`a block of ${part.dialect}`)
    }
  }

  /** Text of a finished part: the next citation counts from behind it. */
  said(text: string): void {
    this.#text += text
  }

  cite(citation: Citation, offset = this.#text.length): void {
    if ((citation.url ?? citation.title ?? citation.quote) === undefined) {
      this.#note({
        kind: 'dropped',
        field: 'citations',
        reason: 'a source here has an address, a title or words',
      })
      return
    }
    this.#cited.push({ ...citation, offset })
  }

  /** Where the next text begins. */
  get offset(): number {
    return this.#text.length
  }

  grounding(): JsonObject | undefined {
    return this.#cited.length === 0 ? undefined : encodeGrounding(this.#cited, this.#text)
  }

  #drop(what: string): JsonDraft[] {
    this.#note({ kind: 'dropped', field: 'parts', reason: `${what} cannot be shown here` })
    return []
  }
}

function encodeThought(part: ReasoningPart): JsonDraft[] {
  if (part.opaque === undefined) return part.text === '' ? [] : [{ text: part.text, thought: true }]
  const thoughtSignature = sealed(part.opaque, part.redacted)
  // The seal says what is signed, so a part of its own will do.
  if (footingOf(part.opaque.value) !== undefined) return [{ text: '', thoughtSignature }]
  return [{ text: part.text, thought: true, thoughtSignature }]
}
