/**
 * One call to one target as it happens: head, body, clocks, commit. Until commit everything is held back and a failure
 * rejects, so that another attempt can take its place unseen; from commit on, events flow to the reader.
 */

import { asGatewayError, type ChatEvent, GatewayError, IdleTimer, isContent, parseJson, type Timer } from '#core'
import type { Receiver, UpstreamCall } from '#transport'
import type { Answer, AnswerStream, StreamReader } from './answer.ts'
import type { CallParts } from './call.ts'
import { concernsKey, type AttemptRecord, type Exchange, type Target } from './exchange.ts'
import type { Outgoing } from './outgoing.ts'
import { isTerminal, type Portion, StreamBody } from './stream-body.ts'

export interface Verdict {
  resolve(answer: Answer): void
  reject(error: GatewayError): void
}

/** Bytes of an error body worth reading. */
const ERROR_BODY_LIMIT = 64 * 1024
/** Bytes a whole answer may have. */
const ANSWER_LIMIT = 64 * 1024 * 1024
/** Bytes held before commit: providers send comments and pings first, never this much. */
const HELD_LIMIT = 4 * 1024 * 1024
/** How long a finished answer's connection may stay open before we close it. */
const LINGER_MS = 2000

type Phase = 'waiting' | 'error-body' | 'whole' | 'held' | 'flowing' | 'over'

export class Attempt implements Receiver, AnswerStream {
  readonly #exchange: Exchange
  readonly #target: Target
  readonly #parts: CallParts
  readonly #verdict: Verdict
  readonly #record: AttemptRecord
  #outgoing: Outgoing | undefined
  #call: UpstreamCall | undefined
  #phase: Phase = 'waiting'
  #sentAt = 0
  #timer: Timer | undefined
  #idle: IdleTimer | undefined
  #totalTimer: Timer | undefined
  #linger: Timer | undefined
  #stopListening: (() => void) | undefined
  #status = 0
  #header: (name: string) => string | undefined = () => undefined
  #chunks: Uint8Array[] = []
  #size = 0
  #body: StreamBody | undefined
  #held: Portion[] = []
  #reader: StreamReader | undefined
  #paused = false

  constructor(exchange: Exchange, target: Target, parts: CallParts, verdict: Verdict) {
    this.#exchange = exchange
    this.#target = target
    this.#parts = parts
    this.#verdict = verdict
    this.#record = { provider: target.provider.name, model: target.model, ms: 0, lane: 'translate', notes: [] }
  }

  begin(request: Outgoing): void {
    this.#outgoing = request
    Object.assign(this.#record, { lane: request.lane, notes: request.notes })
    this.#exchange.attempts.push(this.#record)
    this.#sentAt = this.#parts.clock.now()
    this.#arm(this.#target.provider.timeouts.headersMs, 'The provider did not answer in time.')
    this.#stopListening = this.#exchange.cancellation.listen(() => this.#cancelled())
    if (this.#phase === 'over') return
    this.#call = this.#target.provider.client.send(request, this)
  }

  // Receiver

  onHead(status: number, header: (name: string) => string | undefined): void {
    if (this.#phase === 'over') return
    this.#status = status
    this.#header = header
    this.#record.status = status
    const requestId = header('request-id') ?? header('x-request-id')
    if (requestId !== undefined) this.#record.upstreamRequestId = requestId
    if (status < 200 || status > 299) {
      this.#phase = 'error-body'
    } else if (this.#isStream(header('content-type'))) {
      this.#phase = 'held'
      this.#body = this.#streamBody(header('content-type'))
      const left = this.#target.provider.timeouts.firstTokenMs - (this.#parts.clock.now() - this.#sentAt)
      const off = this.#target.provider.timeouts.firstTokenMs === 0
      this.#arm(off ? 0 : Math.max(1, left), 'The provider began to answer but sent no content in time.')
    } else {
      this.#phase = 'whole'
    }
  }

  onData(chunk: Uint8Array): void {
    switch (this.#phase) {
      case 'flowing':
        this.#idle?.touch()
        return this.#flow(this.#body?.push(chunk))
      case 'held':
        return this.#hold(this.#body?.push(chunk), chunk.length)
      case 'whole':
        return this.#collect(chunk, ANSWER_LIMIT)
      case 'error-body':
        return this.#collect(chunk, ERROR_BODY_LIMIT)
      default:
    }
  }

  onEnd(): void {
    switch (this.#phase) {
      case 'flowing':
        return this.#flow(this.#body?.end())
      case 'held':
        return this.#hold(this.#body?.end(), 0)
      case 'whole':
        return this.#readWhole()
      case 'error-body':
        return this.#readError()
      default:
        this.#linger?.cancel()
    }
  }

  onError(error: GatewayError): void {
    this.#linger?.cancel()
    if (this.#phase === 'flowing') {
      const cut = new GatewayError('cut-stream', 'The connection to the provider broke in the middle of the answer.', {
        cause: error,
        provider: this.#target.provider.name,
      })
      this.#flow({ events: [{ type: 'error', error: cut }], raw: undefined })
    } else {
      this.#fail(error)
    }
  }

  // AnswerStream

  read(reader: StreamReader): void {
    this.#reader = reader
    const held = this.#held
    this.#held = []
    const ended = this.#phase === 'over'
    for (const { events, raw } of held) reader.onEvents(events, raw)
    if (ended) reader.onOver()
  }

  pause(): void {
    this.#paused = true
    this.#call?.pause()
  }

  resume(): void {
    this.#paused = false
    // What the client's slowness took must not count as the provider's silence.
    this.#idle?.touch()
    this.#call?.resume()
  }

  // Before commit

  #hold(portion: Portion | undefined, size: number): void {
    if (portion === undefined) return
    this.#size += size
    if (this.#size > HELD_LIMIT && this.#exchange.head.stream) {
      return this.#fail(new GatewayError('bad-answer', 'The provider sent much and nothing of it was content.'))
    }
    const failure = portion.events.find((event) => event.type === 'error')
    const content = portion.events.some(isContent)
    // Content and its failure in one piece: nobody has seen the content yet.
    if (failure !== undefined) return this.#fail(failure.error)
    this.#held.push(portion)
    const finished = this.#body?.over === true
    if (!this.#exchange.head.stream) {
      if (finished) this.#commitFolded()
      else if (content) this.#armIdle()
    } else if (content || finished) {
      this.#commitStream(finished)
    }
  }

  #commitStream(finished: boolean): void {
    this.#committed()
    this.#phase = finished ? 'over' : 'flowing'
    if (finished) this.#finished()
    else this.#armFlow()
    this.#verdict.resolve({ type: 'stream', target: this.#target, lane: this.#lane(), stream: this })
  }

  /** The client wants a whole answer and the provider streamed it. */
  #commitFolded(): void {
    const events: ChatEvent[] = this.#held.flatMap((portion) => [...portion.events])
    this.#committed()
    this.#phase = 'over'
    this.#finished()
    this.#verdict.resolve({ type: 'whole', target: this.#target, lane: 'translate', events })
  }

  #readWhole(): void {
    const text = this.#text()
    try {
      const events = this.#decodeWhole(text)
      this.#committed()
      this.#phase = 'over'
      this.#release()
      const same = this.#lane() === 'same' && !this.#exchange.head.stream
      this.#verdict.resolve({
        type: 'whole',
        target: this.#target,
        lane: same ? 'same' : 'translate',
        events,
        ...(same ? { raw: text } : {}),
      })
    } catch (thrown) {
      this.#fail(asGatewayError(thrown))
    }
  }

  #text(): string {
    const [first] = this.#chunks
    // One chunk is the rule, and undici's chunks are Buffers.
    const bytes = this.#chunks.length === 1 && first instanceof Buffer ? first : Buffer.concat(this.#chunks)
    return bytes.toString('utf8')
  }

  #decodeWhole(text: string): ChatEvent[] {
    const { dialect, name } = this.#target.provider
    const wire = parseJson(text)
    if (wire === undefined) {
      throw new GatewayError('bad-answer', 'The provider answered with something that is not JSON.')
    }
    try {
      return dialect.chat.decodeResponse(wire, { provider: name, exchangeId: this.#exchange.id })
    } catch (thrown) {
      if (thrown instanceof GatewayError) throw thrown
      throw new GatewayError('bad-answer', 'The provider sent something the gateway cannot read.', { cause: thrown })
    }
  }

  #readError(): void {
    const text = this.#text()
    const { dialect, passthrough } = this.#target.provider
    const error = dialect.errors.decode(this.#status, this.#header, text)
    // With the caller's own key it is the caller's affair, and no other target's (requirements M20).
    const callers = passthrough && (error.status === 401 || error.status === 403)
    this.#fail(callers ? new GatewayError(error.status === 401 ? 'authentication' : 'permission', error.message, error.facts) : error)
  }

  #collect(chunk: Uint8Array, limit: number): void {
    this.#size += chunk.length
    if (this.#size > limit) {
      if (this.#phase === 'error-body') return this.#readError()
      return this.#fail(new GatewayError('bad-answer', 'The provider sent an answer larger than the gateway accepts.'))
    }
    this.#chunks.push(chunk)
  }

  #fail(error: GatewayError): void {
    if (this.#phase === 'over') return
    this.#phase = 'over'
    this.#record.ms = this.#parts.clock.now() - this.#sentAt
    this.#record.error = error.type
    this.#exchange.waitedMs += this.#record.ms
    this.#release()
    this.#call?.abort()
    const key = this.#outgoing?.key
    if (key !== undefined && concernsKey(error)) this.#exchange.triedKeys.add(key)
    this.#verdict.reject(error.with({ provider: this.#target.provider.name }))
  }

  #committed(): void {
    this.#record.ms = this.#parts.clock.now() - this.#sentAt
    this.#exchange.waitedMs += this.#record.ms
  }

  // After commit

  #flow(portion: Portion | undefined): void {
    if (portion === undefined || this.#phase !== 'flowing') return
    const over = portion.events.some(isTerminal)
    if (over) {
      this.#phase = 'over'
      const failure = portion.events.find((event) => event.type === 'error')
      if (failure === undefined) this.#finished()
      else this.#broken(failure.error)
    }
    if (this.#reader === undefined) {
      this.#held.push(portion)
      return
    }
    if (portion.events.length > 0 || portion.raw !== undefined) this.#reader.onEvents(portion.events, portion.raw)
    if (over) this.#reader.onOver()
  }

  #cancelled(): void {
    if (this.#phase === 'over') return
    if (this.#phase !== 'flowing') {
      return this.#fail(new GatewayError('cancelled', 'The client left before the answer began.'))
    }
    this.#phase = 'over'
    this.#broken(new GatewayError('cancelled', 'The client left in the middle of the answer.'))
    this.#reader?.onOver()
  }

  // Clocks

  #arm(limitMs: number, message: string): void {
    this.#timer?.cancel()
    const { totalMs } = this.#target.provider.timeouts
    const total = totalMs === 0 ? Infinity : this.#exchange.startedAt + totalMs - this.#parts.clock.now()
    const limit = limitMs === 0 ? Infinity : limitMs
    const ms = Math.min(limit, total)
    if (ms === Infinity) {
      this.#timer = undefined
      return
    }
    const late = total < limit
    this.#timer = this.#parts.clock.timer(Math.max(1, ms), () => {
      this.#fail(
        late
          ? new GatewayError('deadline', 'The time for the whole exchange is used up.')
          : new GatewayError('timeout', message),
      )
    })
  }

  /** While a stream is folded for a client that wants it whole. */
  #armIdle(): void {
    this.#arm(this.#target.provider.timeouts.idleMs, 'The provider fell silent in the middle of the answer.')
  }

  #armFlow(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    const { idleMs, totalMs } = this.#target.provider.timeouts
    const { clock } = this.#parts
    if (idleMs > 0) {
      this.#idle = new IdleTimer(clock, idleMs, () => {
        if (this.#paused) return
        this.#break(new GatewayError('timeout', 'The provider fell silent in the middle of the answer.'))
      })
    }
    if (totalMs > 0) {
      const left = this.#exchange.startedAt + totalMs - clock.now()
      this.#totalTimer = clock.timer(Math.max(1, left), () =>
        this.#break(new GatewayError('deadline', 'The time for the whole exchange is used up.')),
      )
    }
  }

  /** The answer is complete: its connection goes back to the pool, or is closed if the provider leaves it open. */
  #finished(): void {
    this.#release()
    this.#linger = this.#parts.clock.timer(LINGER_MS, () => this.#call?.abort())
  }

  #broken(error: GatewayError): void {
    this.#record.error = error.type
    this.#release()
    this.#call?.abort()
  }

  #break(error: GatewayError): void {
    this.#flow({
      events: [{ type: 'error', error: error.with({ provider: this.#target.provider.name }) }],
      raw: undefined,
    })
  }

  #release(): void {
    this.#timer?.cancel()
    this.#idle?.cancel()
    this.#totalTimer?.cancel()
    this.#stopListening?.()
  }

  // Facts

  #lane(): 'same' | 'translate' {
    return this.#outgoing?.lane ?? 'translate'
  }

  /** What the bytes are decides, not what was asked: some providers only stream, some answer a stream call with JSON. */
  #isStream(contentType: string | undefined): boolean {
    if (contentType?.includes('event-stream') || contentType?.includes('ndjson')) return true
    if (contentType?.includes('json')) return false
    return this.#exchange.head.stream
  }

  #streamBody(contentType: string | undefined): StreamBody {
    const { dialect, name } = this.#target.provider
    const framing = contentType?.includes('ndjson')
      ? 'ndjson'
      : contentType?.includes('event-stream')
        ? 'sse'
        : dialect.framing
    const { framers } = this.#parts
    return new StreamBody(
      framing === 'sse' ? framers.sse() : framers.ndjson(),
      dialect.chat.streamDecoder({ provider: name, exchangeId: this.#exchange.id }),
      this.#lane() === 'same' && this.#exchange.head.stream ? framers.wholeFrames(framing) : undefined,
    )
  }
}
