/** The script voice: takes the next answer of a named script and plays it. */

import { booleanOf, objectOf, stringOf, type ChatRequest, type JsonObject } from '#core'
import { STREAM_TYPES } from './answer-frames.ts'
import { sideAnswer } from './demo.ts'
import { playEcho } from './echo.ts'
import { playFlood, playRaw, playReset, playStatus } from './faults.ts'
import type { ModelAnswer, Script, ScriptedAnswer } from './script.ts'
import { wordStream, wordWhole, type WordedStream, type WordedWhole } from './scripted-answer.ts'
import { produces, type Surface } from './surface.ts'
import { answerNoSuchPath, bodyObject, dialectOf, type Visit } from './visit.ts'
import type { Wire } from './wire.ts'

/** A registered script and how far it has been played. */
export class RunningScript {
  readonly #script: Script
  readonly #streams = new WordedAnswers<WordedStream>()
  readonly #wholes = new WordedAnswers<WordedWhole>()
  #taken = 0

  constructor(script: Script) {
    this.#script = script
  }

  /** Answers used up so far. */
  get taken(): number {
    return this.#taken
  }

  /** Whether the next answer is a reset that does not even wait for the request's body; takes it if so. */
  takeEarlyReset(surface: Surface | undefined): boolean {
    if (typeof this.#script === 'function') return false
    const next = this.#listed(this.#taken)
    if (next?.kind !== 'reset' || next.when !== 'on-connect') return false
    if (isMain(surface)) this.#taken++
    return true
  }

  async play(visit: Visit): Promise<void> {
    const n = isMain(visit.surface) ? this.#taken++ : this.#taken
    const next = typeof this.#script === 'function' ? undefined : this.#listed(n)
    if (next?.kind === 'echo') return playEcho(visit, next)
    // The place in the script is taken when a request arrives, not when its body is complete.
    const body = await visit.readBody()
    const answer = typeof this.#script === 'function' ? await this.#script(visit.record, n) : this.#listed(n)
    if (answer !== undefined) await this.#perform(visit, answer, body)
    else answerNoSuchPath(visit)
  }

  #listed(n: number): ScriptedAnswer | undefined {
    const script = this.#script
    if (typeof script === 'function') return undefined
    // A single answer is a script of one; Array.isArray does not narrow readonly arrays.
    const answers = 'kind' in script ? [script] : script
    return answers[Math.min(n, answers.length - 1)]
  }

  async #perform(visit: Visit, answer: ScriptedAnswer, body: string): Promise<void> {
    switch (answer.kind) {
      case 'status':
        return playStatus(visit, answer)
      case 'reset':
        return playReset(visit, answer)
      case 'silence':
        return visit.wire.silence()
      case 'raw':
        return playRaw(visit, answer)
      case 'answer':
      case 'flood':
        break
      case 'echo':
        throw new Error('An echo cannot be given by a function.')
    }
    const { surface, wire } = visit
    if (surface === undefined) return answerNoSuchPath(visit)
    if (!produces(surface)) return wire.answerJson(200, sideAnswer(surface, body))
    const request = outlineOf(surface, bodyObject(body) ?? {}, answer)
    if (answer.kind === 'flood') return playFlood(visit, answer, request, surface.dialect)
    await wire.pause(answer.headersDelayMs ?? 0)
    const dialect = dialectOf(surface.dialect)
    const key = `${surface.dialect} ${surface.operation} ${request.streamUsage} ${request.model}`
    if (request.stream) {
      const type = STREAM_TYPES[dialect.framing]
      const words = this.#streams.get(answer, key, () => wordStream(dialect, answer, request))
      await playStream(wire, answer, words, type)
    } else {
      await playWhole(
        wire,
        answer,
        this.#wholes.get(answer, key, () => wordWhole(dialect, answer, request)),
      )
    }
  }
}

/** Side questions do not use up an answer. */
function isMain(surface: Surface | undefined): boolean {
  return (
    surface === undefined ||
    produces(surface) ||
    surface.operation === 'embed' ||
    surface.operation === 'embed-one'
  )
}

/** The little an encoder needs to know of the request. Scripts take any request: judging it is the test's business. */
function outlineOf(surface: Surface, wire: JsonObject, answer: ScriptedAnswer): ChatRequest {
  const asked = surface.address?.stream ?? booleanOf(wire['stream']) ?? surface.dialect === 'ollama'
  const named = answer.kind === 'answer' ? answer.model : undefined
  const unasked = answer.kind === 'answer' && answer.usageUnasked === true
  const as = answer.kind === 'flood' ? 'sse' : answer.kind === 'answer' ? answer.as : undefined
  return {
    model: named ?? surface.address?.model ?? stringOf(wire['model']) ?? 'scripted',
    messages: [],
    stream: as === undefined ? asked : as === 'sse',
    streamUsage: unasked || (booleanOf(objectOf(wire['stream_options'])?.['include_usage']) ?? false),
    reasoning: { enabled: true, visible: true },
    ...(surface.operation === 'generate' ? { operation: 'generate' } : {}),
  }
}

/** Worded answers by answer and kind of request. Bounded: a test may ask for ever new model names. */
class WordedAnswers<Worded> {
  readonly #kept = new WeakMap<ModelAnswer, Map<string, Worded>>()

  get(answer: ModelAnswer, key: string, word: () => Worded): Worded {
    let kept = this.#kept.get(answer)
    if (kept === undefined) this.#kept.set(answer, (kept = new Map()))
    let worded = kept.get(key)
    if (worded === undefined) {
      if (kept.size >= 32) kept.clear()
      kept.set(key, (worded = word()))
    }
    return worded
  }
}

async function playStream(wire: Wire, answer: ModelAnswer, words: WordedStream, type: string): Promise<void> {
  wire.head(200, { 'content-type': type, 'cache-control': 'no-cache', ...answer.headers })
  if (answer.burst && (answer.gapMs ?? 0) === 0 && answer.drip === undefined && !answer.firstTokenDelayMs) {
    wire.burst(words.frames)
  } else {
    wire.flushHead()
    let waited = false
    for (const [n, frame] of words.frames.entries()) {
      if (n > 0) await wire.pause(answer.gapMs ?? 0)
      if (frame.content && !waited) {
        waited = true
        await wire.pause(answer.firstTokenDelayMs ?? 0)
      }
      if (wire.gone) return
      await writeDripping(wire, frame.bytes, answer)
    }
  }
  await leave(wire, words.ending)
}

async function playWhole(wire: Wire, answer: ModelAnswer, words: WordedWhole): Promise<void> {
  const headers = { 'content-type': 'application/json', ...answer.headers }
  if (words.ending === 'end' && answer.drip === undefined && !answer.firstTokenDelayMs) {
    return wire.answer(words.status, headers, words.bytes)
  }
  wire.head(words.status, { ...headers, 'content-length': String(words.bytes.length) })
  wire.flushHead()
  await wire.pause(answer.firstTokenDelayMs ?? 0)
  await writeDripping(wire, words.bytes.subarray(0, words.sent), answer)
  await leave(wire, words.ending)
}

async function writeDripping(wire: Wire, bytes: Uint8Array, answer: ModelAnswer): Promise<void> {
  const size = answer.drip ?? bytes.length
  for (let at = 0; at < bytes.length && !wire.gone; at += size) {
    if (at > 0) await wire.pause(answer.gapMs ?? 0)
    await wire.write(bytes.subarray(at, at + size))
    await wire.turn()
  }
}

async function leave(wire: Wire, how: 'end' | 'cut' | 'stall'): Promise<void> {
  if (how === 'cut') return wire.cut()
  if (how === 'stall') return wire.silence()
  wire.end()
}
