/**
 * The laws every dialect keeps, as one test suite. A dialect's own `contract.test.ts` runs it with what the dialect lacks;
 * each lack shows up as a skipped test with its reason.
 */

import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ERRORS, fold, GatewayError, isObject, unfold } from '#core'
import type { ChatEvent, ChatRequest, ChatResponse, ErrorType, JsonObject, JsonValue, Operation } from '#core'
import { requests, responses, type Speech } from './arbitrary.contract.ts'
import { blockFaults } from './block-law.contract.ts'
import type { AnswerContext, DecodeContext, Dialect, EncodeContext, Traits } from './dialect.ts'
import { decodeFrames, framesOf } from './frames.contract.ts'

export interface ContractOptions extends Speech {
  /** Those of its operations that say what a chat says. Default: all. */
  readonly operations?: readonly Operation[]
  readonly traits?: Traits
  /** Fields the dialect cannot leave out, as it fills them. */
  readonly fills?: Partial<ChatRequest>
  /** How the dialect reads back its own word for an error type, where that is another type. */
  readonly errorAs?: Readonly<Partial<Record<ErrorType, ErrorType>>>
}

export function dialectContract(dialect: Dialect, options: ContractOptions): void {
  describe(`the ${dialect.name} dialect keeps the contract`, () => {
    for (const [feature, reason] of Object.entries(options.lacks)) {
      test(`${feature} is not said: ${reason}`, ({ skip }) => {
        expect(reason).not.toBe('')
        skip(reason)
      })
    }
    for (const operation of options.operations ?? operationsOf(dialect)) {
      describe(`operation ${operation}`, () => {
        requestLaws(dialect, options, operation)
        answerLaws(dialect, options, operation)
        streamLaws(dialect, options, operation)
        strangerLaws(dialect, options, operation)
      })
    }
    errorLaws(dialect, options)
  })
}

function requestLaws(dialect: Dialect, options: ContractOptions, operation: Operation): void {
  test('law 1: a request decodes to what was encoded', () => {
    fc.assert(
      fc.property(requests(options, operation), (request) => {
        const wire = onWire(dialect.chat.encodeRequest(request, encodeContext(request, options)))
        const address = { model: request.model, stream: request.stream }
        expect(dialect.chat.check(wire, operation, address)).toMatchObject({
          model: request.model,
          stream: request.stream,
        })
        expect(withoutMarks(dialect.chat.decodeRequest(wire, operation, address))).toEqual({
          ...options.fills,
          ...request,
        })
      }),
    )
  })

  test('what routing must know of a request is seen without decoding it', () => {
    fc.assert(
      fc.property(requests(options, operation), (request) => {
        const wire = onWire(dialect.chat.encodeRequest(request, encodeContext(request, options)))
        const shown = request.messages.some(({ parts }) =>
          parts.some((part) => isImage(part) || (part.type === 'tool-result' && part.content.some(isImage))),
        )
        const tools = (request.tools?.length ?? 0) > 0
        expect(dialect.chat.needs(wire)).toEqual({ vision: shown, tools })
      }),
    )
  })

  test('law 1: what the dialect can say costs no note', () => {
    fc.assert(
      fc.property(
        requests({ ...options, lacks: { ...options.lacks, isError: '' } }, operation),
        (request) => {
          const notes: string[] = []
          const context = {
            ...encodeContext(request, options),
            note: ({ field }: { field: string }) => notes.push(field),
          }
          dialect.chat.encodeRequest(request, context)
          expect(notes).toEqual([])
        },
      ),
    )
  })
}

function isImage(part: { readonly type: string; readonly kind?: string }): boolean {
  return part.type === 'media' && part.kind === 'image'
}

function answerLaws(dialect: Dialect, options: ContractOptions, operation: Operation): void {
  test('law 2: a whole answer decodes to what was encoded', () => {
    fc.assert(
      fc.property(responses(options, operation), (response) => {
        const wire = onWire(dialect.chat.encodeResponse(response, answerContext(operation)))
        const events = dialect.chat.decodeResponse(wire, DECODE)
        expect(blockFaults(events)).toEqual([])
        expect(essence(fold(events))).toEqual(essence(response))
        const unnamed = options.lacks.modelInAnswer !== undefined
        expect(unnamed || fold(events).start.model === 'asked').toBe(true)
      }),
    )
  })
}

function streamLaws(dialect: Dialect, options: ContractOptions, operation: Operation): void {
  const cuts = fc.array(fc.nat({ max: 4000 }), { maxLength: 30 })
  test('law 3: a stream cut into any pieces folds to what was encoded', () => {
    fc.assert(
      fc.property(
        responses(options, operation),
        fc.infiniteStream(fc.nat({ max: 5 })),
        cuts,
        (response, sizes, at) => {
          const text = written(dialect, rechunk(unfold(response), sizes), operation)
          const frames = framesOf(new TextEncoder().encode(text), dialect.framing, at)
          const events = decodeFrames(dialect.chat.streamDecoder(DECODE), frames)
          expect(blockFaults(events)).toEqual([])
          expect(essence(fold(events))).toEqual(essence(response))
        },
      ),
    )
  })

  test('law 3: signs of life in every gap change nothing', () => {
    fc.assert(
      fc.property(responses(options, operation), (response) => {
        const encoder = dialect.chat.streamEncoder(answerContext(operation))
        const text = unfold(response)
          .map((event) => encoder.push(event) + encoder.keepAlive())
          .join('')
        const frames = framesOf(new TextEncoder().encode(text), dialect.framing, [])
        const events = decodeFrames(dialect.chat.streamDecoder(DECODE), frames)
        expect(essence(fold(events))).toEqual(essence(response))
      }),
    )
  })

  test('law 4: a stream cut short is an error or already complete', () => {
    fc.assert(
      fc.property(
        responses(options, operation),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (response, share) => {
          const bytes = new TextEncoder().encode(written(dialect, unfold(response), operation))
          const short = bytes.subarray(0, Math.floor(share * (bytes.length - 1)))
          const told = attempt(() => {
            const events = decodeFrames(
              dialect.chat.streamDecoder(DECODE),
              framesOf(short, dialect.framing, []),
            )
            expect(blockFaults(events)).toEqual([])
            return fold(events)
          })
          // Usage may follow the finish; without it the answer is still whole.
          const whole = { ...essence(response), usage: null }
          expect(told === undefined ? whole : { ...essence(told), usage: null }).toEqual(whole)
        },
      ),
    )
  })
}

function strangerLaws(dialect: Dialect, options: ContractOptions, operation: Operation): void {
  const { chat, models } = dialect
  const junk = fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<JsonValue> // What fast-check calls JsonValue is ours too.

  const ask = (wire: JsonValue) => () => {
    if (!isObject(wire)) return
    chat.check(wire, operation)
    chat.decodeRequest(wire, operation)
  }

  test('law 5: decoders meet anything with a GatewayError or an answer', () => {
    fc.assert(
      fc.property(junk, fc.string(), (value, raw) => {
        const runs = [
          () => chat.decodeResponse(value, DECODE),
          () => decodeFrames(chat.streamDecoder(DECODE), [{ data: JSON.stringify(value) }]),
          () => decodeFrames(chat.streamDecoder(DECODE), [{ data: raw }]),
          () => void models.decode(value),
          ask(value),
        ]
        expect(runs.flatMap(surprises)).toEqual([])
      }),
    )
  })

  test('law 5: a request damaged in one place is refused or understood', () => {
    fc.assert(
      fc.property(requests(options, operation), fc.nat(), junk, (request, place, value) => {
        const wire = onWire(chat.encodeRequest(request, encodeContext(request, options)))
        expect(surprises(ask(damage(wire, place, value)))).toEqual([])
      }),
      { numRuns: 300 },
    )
  })

  test('law 5: an answer damaged in one place is refused or understood', () => {
    fc.assert(
      fc.property(responses(options, operation), fc.nat(), junk, (response, place, value) => {
        const wire = onWire(chat.encodeResponse(response, answerContext(operation)))
        const bytes = new TextEncoder().encode(written(dialect, unfold(response), operation))
        const frames = framesOf(bytes, dialect.framing, []).map((frame, index) =>
          index === place % 3 ? damageFrame(frame, place, value) : frame,
        )
        const runs = [
          () => chat.decodeResponse(damage(wire, place, value), DECODE),
          () => decodeFrames(chat.streamDecoder(DECODE), frames),
        ]
        expect(runs.flatMap(surprises)).toEqual([])
      }),
      { numRuns: 300 },
    )
  })
}

function errorLaws(dialect: Dialect, options: ContractOptions): void {
  // Object.keys is typed string[]; the table's keys are the types.
  for (const type of Object.keys(ERRORS) as ErrorType[]) {
    test(`law 6: ${type} is told with status and request id, and read back`, () => {
      const cause = new Error('hidden cause')
      const error = new GatewayError(type, 'It went wrong.', { provider: 'acme', cause })
      const { status, body } = dialect.errors.encode(error, 'req-77')
      const text = JSON.stringify(body)
      expect(status).toBeGreaterThanOrEqual(400)
      expect(status).toBeLessThan(600)
      expect(text).toContain('req-77')
      expect(text).not.toContain('hidden cause')
      expect(text).not.toMatch(/\bat .+:\d+:\d+/)
      expect(dialect.errors.decode(status, () => undefined, text).type).toBe(options.errorAs?.[type] ?? type)
    })
  }

  test('law 6: any body of an error is understood', () => {
    fc.assert(
      fc.property(fc.integer({ min: 100, max: 599 }), fc.oneof(fc.string(), fc.json()), (status, body) => {
        const error = dialect.errors.decode(status, () => undefined, body)
        expect(error).toBeInstanceOf(GatewayError)
        expect(error.status).toBeGreaterThanOrEqual(400)
      }),
    )
  })
}

const DECODE: DecodeContext = { provider: 'acme', exchangeId: 'x1' }

function operationsOf(dialect: Dialect): Operation[] {
  return (['chat', 'generate'] as const).filter((operation) => dialect.chat.paths[operation] !== undefined)
}

function encodeContext(request: ChatRequest, options: ContractOptions): EncodeContext {
  return { model: request.model, provider: 'acme', traits: options.traits ?? {}, note: () => undefined }
}

function answerContext(operation: Operation): AnswerContext {
  const request: ChatRequest = {
    model: 'asked',
    messages: [],
    stream: true,
    streamUsage: true,
    ...(operation === 'chat' ? {} : { operation }),
  }
  const startedAt = Date.UTC(2026, 10, 20)
  return {
    exchangeId: 'x1',
    model: 'asked',
    startedAt,
    request,
    elapsedMs: () => 12.5,
    note: () => undefined,
  }
}

/** The body as it is after the network. */
function onWire(body: JsonObject): JsonObject {
  // Printing and parsing an object yields an object.
  return JSON.parse(JSON.stringify(body)) as JsonObject
}

/** Keys beginning with `~` are a codec's own marks of how a thing was spelled; they say nothing to anybody else. */
function withoutMarks(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutMarks)
  if (typeof value !== 'object' || value === null) return value
  const kept: Record<string, unknown> = {}
  for (const [key, inner] of Object.entries(value)) {
    if (key.startsWith('~')) continue
    const clean = withoutMarks(inner)
    const own = key === 'extras' && typeof clean === 'object' && clean !== null ? spoken(clean) : clean
    if (own !== undefined) kept[key] = own
  }
  return kept
}

/** Extras of the dialects that have something to say; undefined when none has. */
function spoken(extras: object): object | undefined {
  const filled = Object.entries(extras).filter(([, own]) => JSON.stringify(own) !== '{}')
  return filled.length === 0 ? undefined : Object.fromEntries(filled)
}

/** What of an answer every dialect must carry. Ids and times of the upstream are its own. */
function essence(response: ChatResponse): object {
  const { extras: _, ...usage } = response.usage ?? { inputTokens: -1, outputTokens: -1 }
  return { parts: response.parts, reason: response.finish.reason, usage }
}

function written(dialect: Dialect, events: readonly ChatEvent[], operation: Operation): string {
  const encoder = dialect.chat.streamEncoder(answerContext(operation))
  return events.map((event) => encoder.push(event)).join('')
}

/** The same answer in smaller deltas, cut anywhere, even inside a surrogate pair. */
function rechunk(events: readonly ChatEvent[], sizes: Iterator<number>): ChatEvent[] {
  const pieces = (text: string): string[] => {
    const cut: string[] = []
    for (let at = 0; at < text.length;) {
      const size = 1 + Number(sizes.next().value ?? 0)
      cut.push(text.slice(at, at + size))
      at += size
    }
    return cut
  }
  return events.flatMap((event): ChatEvent[] => {
    if (event.type === 'text-delta' && event.probabilities !== undefined) {
      return event.probabilities.map((token) => ({ ...event, text: token.token, probabilities: [token] }))
    }
    if (event.type === 'text-delta' || event.type === 'reasoning-delta') {
      return pieces(event.text).map((text) => ({ ...event, text }))
    }
    if (event.type === 'tool-call-delta') {
      return pieces(event.arguments).map((text) => ({ ...event, arguments: text }))
    }
    return [event]
  })
}

/** Runs it; a GatewayError is a fine outcome, anything else thrown is not. */
function attempt<T>(run: () => T): T | undefined {
  try {
    return run()
  } catch (thrown) {
    if (!(thrown instanceof GatewayError)) throw thrown
    return undefined
  }
}

/** What went wrong besides a GatewayError: anything else thrown, or events out of order. */
function surprises(run: () => readonly ChatEvent[] | void): unknown[] {
  try {
    const events = run()
    return events === undefined ? [] : blockFaults(events)
  } catch (thrown) {
    return thrown instanceof GatewayError ? [] : [thrown]
  }
}

function damageFrame<F extends { readonly data: string }>(frame: F, place: number, value: JsonValue): F {
  try {
    // The frame was written by the encoder: JSON, or a terminator that is not and stays as it is.
    return { ...frame, data: JSON.stringify(damage(JSON.parse(frame.data) as JsonValue, place, value)) }
  } catch {
    return frame
  }
}

/** The value with its nth place replaced. */
function damage(value: JsonValue, place: number, by: JsonValue): JsonValue {
  let left = place % countPlaces(value)
  const visit = (inner: JsonValue): JsonValue => {
    if (left-- === 0) return by
    if (Array.isArray(inner)) return inner.map(visit)
    if (!isObject(inner)) return inner
    return Object.fromEntries(Object.entries(inner).map(([key, each]) => [key, visit(each)]))
  }
  return visit(value)
}

function countPlaces(value: JsonValue): number {
  if (Array.isArray(value)) return 1 + value.reduce<number>((sum, each) => sum + countPlaces(each), 0)
  if (!isObject(value)) return 1
  return 1 + Object.values(value).reduce<number>((sum, each) => sum + countPlaces(each), 0)
}
