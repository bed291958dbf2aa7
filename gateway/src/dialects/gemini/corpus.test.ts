/** Everything recorded in this dialect goes in, comes out, and keeps its meaning. */

import { describe, expect, test } from 'vitest'
import { arrayOf, asGatewayError, fold, isObject, stringOf, unseal } from '#core'
import type { ChatEvent, ChatResponse, JsonDraft, JsonObject, JsonValue } from '#core'
import { corpus, corpusFrames, corpusRequest, corpusResponse, NO_CORPUS } from '../../../test/corpus.ts'
import type { CorpusEntry } from '../../../test/corpus.ts'
import { blockFaults } from '../block-law.contract.ts'
import { decodeFrames } from '../frames.contract.ts'
import { ADDRESS, answerContext, DECODE, encodeContext, streamed } from './fixture.contract.ts'
import { gemini } from './index.ts'

const recorded = corpus('gemini')
const all = [...(recorded ?? []), ...(corpus('vertex') ?? [])]
const chats = all.filter((each) => /^(?:stream)?[gG]enerateContent$/.test(each.api))
const named = (entries: readonly CorpusEntry[]) => entries.map((each) => [each.id, each] as const)

/** The provider itself called the model's answer broken, or sent a body that is none. */
const BROKEN = /"finishReason":\s*"(?:MALFORMED_FUNCTION_CALL|UNEXPECTED_TOOL_CALL)"|"a": "valid"/
const answers = chats.filter((each) => each.status === 200)
const whole = answers.filter((each) => !BROKEN.test(corpusResponse(each)))

describe.skipIf(recorded === undefined)(
  `recorded traffic${recorded === undefined ? ` (${NO_CORPUS})` : ''}`,
  () => {
    test('there is a corpus to speak of', () => {
      expect(whole.length).toBeGreaterThan(150)
    })

    test.each(named(whole))('%s decodes and folds', (_, each) => {
      const events = eventsOf(each)
      expect(blockFaults(events)).toEqual([])
      const answer = fold(events)
      const { reason, raw } = answer.finish
      expect(reason === 'unknown').toBe(/^(?:FAKE_ENUM|FAKE_NEW_FINISH_REASON|OTHER)$/.test(raw ?? ''))
      expect(textOf(answer)).toBe(rawText(each, false))
      expect(thoughtOf(answer)).toBe(rawText(each, true))
    })

    test.each(named(answers.filter((each) => !whole.includes(each))))('%s is told as an error', (_, each) => {
      const error = asGatewayError(thrownBy(() => fold(eventsOf(each))))
      expect(error.type).toMatch(/^(?:provider-error|cut-stream)$/)
    })

    test.each(named(whole))('%s survives a stream of our own', (_, each) => {
      const events = eventsOf(each)
      const again = decodeFrames(
        gemini.chat.streamDecoder(DECODE),
        streamed(events).map((chunk) => ({ data: JSON.stringify(chunk) })),
      )
      expect(essence(fold(again))).toEqual(essence(fold(events)))
    })

    test.each(named(whole.filter((each) => each.format === 'json')))(
      '%s comes out as it went in',
      (_, each) => {
        const wire = parse(corpusResponse(each))
        if (!isObject(wire)) return
        const out = gemini.chat.encodeResponse(
          fold(gemini.chat.decodeResponse(wire, DECODE)),
          answerContext(),
        )
        const fake = corpusResponse(each).includes('"FAKE')
        expect(tidyAnswer(out)).toEqual({ ...tidyAnswer(wire), ...(fake ? { finishReason: 'STOP' } : {}) })
      },
    )

    test('the one request with a wrong role is refused in the words of the provider', () => {
      const [wrong, ...others] = chats.filter((each) => asksWithWrongRole(each))
      const wire = wrong === undefined ? undefined : parse(corpusRequest(wrong) ?? '')
      expect(others).toEqual([])
      expect(() => gemini.chat.check(isObject(wire) ? wire : {}, 'chat', ADDRESS)).toThrow('valid role')
    })

    test.each(named(chats.filter((each) => each.request !== null && !asksWithWrongRole(each))))(
      '%s: its request goes out as it came in',
      (_, each) => {
        const wire = parse(corpusRequest(each) ?? '')
        if (!isObject(wire)) throw new Error('a recorded request is an object')
        expect(gemini.chat.check(wire, 'chat', ADDRESS).model).toBe(ADDRESS.model)
        const request = gemini.chat.decodeRequest(wire, 'chat', ADDRESS)
        expect(tidyRequest(gemini.chat.encodeRequest(request, encodeContext()))).toEqual(tidyRequest(wire))
      },
    )

    test.each(named(chats.filter((each) => each.status >= 400)))(
      'P13 %s is understood as an error',
      (_, each) => {
        const text = corpusResponse(each)
        const error = gemini.errors.decode(each.status, () => undefined, text)
        expect(error.message).toBeTruthy()
        expect(error.message).not.toContain('no readable error')
        expect(error.facts.upstream?.status).toBe(each.status)
        expect(error.type).not.toBe('provider-error')
      },
    )

    test('counts and model lists are read', () => {
      for (const each of all.filter(({ api }) => api === 'countTokens')) {
        expect(gemini.countTokens?.decode(parse(corpusResponse(each)))).toBeGreaterThan(0)
        const wire = parse(corpusRequest(each) ?? '')
        expect(isObject(wire) && gemini.countTokens?.check(wire, ADDRESS).model).toBe(ADDRESS.model)
      }
      const lists = all.filter(
        ({ api, ...each }) => api === 'models' && corpusResponse(each as CorpusEntry).includes('"models"'),
      )
      for (const each of lists)
        expect(gemini.models.decode(parse(corpusResponse(each))).length).toBeGreaterThan(0)
    })
  },
)

function asksWithWrongRole(each: CorpusEntry): boolean {
  return corpusRequest(each)?.includes('invalid_role') === true
}

function thrownBy(run: () => unknown): unknown {
  try {
    return run()
  } catch (thrown) {
    return thrown
  }
}

function eventsOf(each: CorpusEntry): ChatEvent[] {
  if (each.format === 'json') return gemini.chat.decodeResponse(parse(corpusResponse(each)), DECODE)
  return decodeFrames(gemini.chat.streamDecoder(DECODE), corpusFrames(each))
}

function parse(text: string): JsonValue {
  return JSON.parse(text) as JsonValue // recorded JSON
}

function chunksOf(each: CorpusEntry): JsonValue[] {
  if (each.format !== 'json') return corpusFrames(each).map(({ data }) => parse(data))
  const wire = parse(corpusResponse(each))
  return Array.isArray(wire) ? [...(wire as readonly JsonValue[])] : [wire] // by the check
}

/** The visible text, or the thinking, read by the shortest way. */
function rawText(each: CorpusEntry, thought: boolean): string {
  return chunksOf(each)
    .flatMap((chunk) => (isObject(chunk) ? (arrayOf(chunk['candidates']) ?? []) : []))
    .filter((candidate) => isObject(candidate) && !candidate['index'])
    .flatMap((candidate) => {
      const content = isObject(candidate) && isObject(candidate['content']) ? candidate['content'] : {}
      return arrayOf(content['parts']) ?? []
    })
    .map((part) =>
      isObject(part) && (part['thought'] === true) === thought ? (stringOf(part['text']) ?? '') : '',
    )
    .join('')
}

function textOf(answer: ChatResponse): string {
  return answer.parts.map((part) => (part.type === 'text' ? part.text : '')).join('')
}

function thoughtOf(answer: ChatResponse): string {
  return answer.parts.map((part) => (part.type === 'reasoning' ? part.text : '')).join('')
}

/** Seals opened, and our own ids and times left out. */
function essence({ parts, finish, usage }: ChatResponse): object {
  // Pitfall 121: a reason of the future is shown as an ordinary end.
  const end = finish.raw?.startsWith('FAKE') ? { ...finish, reason: 'stop', raw: 'STOP' } : finish
  return { finish: end, usage, parts: parts.map((part) => withoutSeal(withArguments(part))) }
}

/** No arguments are the empty object on this wire. */
function withArguments(part: ChatResponse['parts'][number]): ChatResponse['parts'][number] {
  return part.type === 'tool-call' && part.arguments === '' ? { ...part, arguments: '{}' } : part
}

function withoutSeal(part: ChatResponse['parts'][number]): object {
  const opaque = 'opaque' in part ? part.opaque : undefined
  if (opaque === undefined) return part
  const value = isObject(opaque.value) ? opaque.value['signature'] : opaque.value
  const state = typeof value === 'string' ? unseal(atob(padded(value))) : undefined
  return { ...part, opaque: state ?? opaque }
}

function padded(text: string): string {
  return /^[A-Za-z0-9+/]+=*$/.test(text) && text.length % 4 !== 1 ? text : ''
}

/** Without our own names, with seals opened and text pieces of one kind joined. */
function tidyAnswer(wire: JsonObject): JsonObject {
  const { responseId: _id, modelVersion: _model, usageMetadata, candidates, ...others } = wire
  const first = (arrayOf(candidates) ?? []).filter(isObject).find((each) => !each['index'])
  const { content, finishReason, index: _index, ...about } = first ?? {}
  const parts = isObject(content) ? (arrayOf(content['parts']) ?? []) : []
  return tidied({
    ...others,
    ...about,
    finishReason: finishReason === 1 ? 'STOP' : finishReason === 2 ? 'MAX_TOKENS' : (finishReason ?? null),
    usage: tidyUsage(usageMetadata),
    parts: joined(parts.filter(isObject)),
  })
}

function tidyUsage(usage: JsonValue | undefined): JsonValue {
  if (!isObject(usage)) return null
  const { totalTokenCount: _, ...counts } = usage
  return { candidatesTokenCount: 0, promptTokenCount: 0, ...counts }
}

/** Neighbouring unsigned texts are one text; a signature stands on the text before it or on an empty one of its own. */
function joined(parts: readonly JsonObject[]): JsonValue[] {
  const out: JsonDraft[] = []
  for (const part of parts) {
    const signature = stringOf(part['thoughtSignature'])
    const opened = signature === undefined ? undefined : (unseal(atob(padded(signature)))?.value ?? signature)
    const plain = isObject(opened) ? (opened['signature'] ?? null) : opened
    const call = part['functionCall']
    if (part['text'] === '' && plain === undefined) continue
    const draft: JsonDraft = { ...part, ...(plain === undefined ? {} : { thoughtSignature: plain }) }
    // An id that the provider did not give is ours.
    if (isObject(call)) draft['functionCall'] = { args: {}, ...withoutId(call) }
    const last = out.at(-1)
    const sits = isObject(opened) && opened['on'] === 'previous' && last !== undefined
    if (sits) last['thoughtSignature'] = plain ?? null
    else if (last !== undefined && mergeable(last, draft))
      last['text'] = `${stringOf(last['text']) ?? ''}${stringOf(draft['text']) ?? ''}`
    else out.push(draft)
  }
  return out
}

function withoutId(call: JsonObject): JsonObject {
  const { id, ...rest } = call
  return stringOf(id)?.startsWith('call_x1_') ? rest : call
}

function mergeable(a: JsonObject, b: JsonObject): boolean {
  return [a, b].every((part) => Object.keys(part).join() === 'text')
}

/** Spellings that mean the same made one: names in camelCase, a lone item as a list, declarations in one tool, turns joined. */
function tidyRequest(wire: JsonObject): JsonValue {
  const body = tidy(wire)
  if (!isObject(body)) return body
  const { model: _model, contents, tools, systemInstruction, generationConfig, ...others } = body
  const list = listed(tools)
  const declarations = list.flatMap((tool) => listed(tool['functionDeclarations']))
  const natives = list.flatMap(({ functionDeclarations: _functions, ...rest }) =>
    Object.entries(rest).map(([key, value]) => ({ [key]: value })),
  )
  return {
    ...others,
    ...(declarations.length === 0 ? {} : { declarations }),
    ...(natives.length === 0 ? {} : { natives }),
    ...(isObject(systemInstruction) && !isHollow(systemInstruction)
      ? { system: { ...systemInstruction, parts: listed(systemInstruction['parts']) } }
      : {}),
    ...(isObject(generationConfig) && Object.keys(generationConfig).length > 0
      ? { generationConfig: oneAnswer(generationConfig) }
      : {}),
    contents: turns(listed(contents)),
  }
}

function isHollow(system: JsonObject): boolean {
  return listed(system['parts']).every((part) => part['text'] === '')
}

/** Pitfall 197: more than one answer is not translated. */
function oneAnswer({ candidateCount, ...config }: JsonObject): JsonObject {
  return candidateCount === 1 ? { candidateCount, ...config } : config
}

function turns(contents: readonly JsonObject[]): JsonValue {
  const out: { role: JsonValue; parts: JsonObject[] }[] = []
  for (const { role = 'user', parts } of contents) {
    const last = out.at(-1)
    const kept = listed(parts).filter((part) => part['text'] !== '' || part['thoughtSignature'] !== undefined)
    if (last?.role === role) last.parts.push(...kept)
    else out.push({ role, parts: kept })
  }
  return out.map(({ role, parts }) => ({
    role,
    parts: parts.toSorted((a, b) => Number('functionResponse' in b) - Number('functionResponse' in a)),
  }))
}

function listed(value: JsonValue | undefined): JsonObject[] {
  const list: readonly JsonValue[] = value === undefined ? [] : Array.isArray(value) ? value : [value]
  return list.filter(isObject)
}

function tidy(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(tidy)
  return isObject(value) ? tidied(value) : value
}

function tidied(value: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, each]) => each !== null)
      .map(([key, each]) => [
        key.replaceAll(/(?<=[a-z0-9])_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase()),
        tidy(each),
      ]),
  )
}
