/**
 * One call to one target as it happens: head, body, clocks, commit. Until commit everything is held back and a failure
 * rejects, so that another attempt can take its place unseen; from commit on, events flow to the reader.
 */

import { asGatewayError, type Clock, type ChatEvent, GatewayError, isContent } from '#core'
import type { HeaderReader } from '#dialects'
import type { Receiver, UpstreamCall, UpstreamRequest } from '#transport'
import type { Answer, AnswerStream, EndListener, StreamReader } from './answer.ts'
import { AttemptClocks } from './attempt-clocks.ts'
import { authorised, secretsOf } from './authorised.ts'
import { type AttemptRecord, concernsKey, type Exchange, type Lane, type Target } from './exchange.ts'
import type { Outgoing } from './outgoing.ts'
import { type Framers, framingOf, isStream } from './framing.ts'
import { isTerminal, type Portion, StreamBody } from './stream-body.ts'
import { toldError, withoutKey } from './told-error.ts'
import { restoring } from './tool-aliases.ts'
import { upstreamRequestId } from './upstream-request-id.ts'
import { Collector, decodeContext, decodeError, wholeAnswer } from './whole-body.ts'

export interface CallParts {
  readonly clock: Clock
  /** Of this gateway, to know a request again that comes back to it. */
  readonly instance: string
  readonly framers: Framers
}

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

const noHeader: HeaderReader = () => undefined

type Phase = 'waiting' | 'error-body' | 'whole' | 'held' | 'flowing' | 'over'

export class Attempt implements Receiver, AnswerStream {
  readonly #exchange: Exchange
  readonly #target: Target
  readonly #parts: CallParts
  readonly #verdict: Verdict
  readonly #record: AttemptRecord
  readonly #outgoing: Outgoing
  /** What the call was let in by: nobody may see it. */
  #secrets: readonly string[] = []
  #call: UpstreamCall | undefined
  #phase: Phase = 'waiting'
  #sentAt = 0
  readonly #clocks: AttemptClocks
  #stopListening: (() => void) | undefined
  #status = 0
  #header: HeaderReader = noHeader
  #collector = new Collector(ANSWER_LIMIT)
  #body: StreamBody | undefined
  #bytesEnded = false
  #heldSize = 0
  #held: Portion[] = []
  #reader: StreamReader | undefined
  readonly #endListeners: EndListener[] = []
  #end: { readonly error: GatewayError | undefined } | undefined
  #paused = false

  constructor(exchange: Exchange, target: Target, parts: CallParts, request: Outgoing, verdict: Verdict) {
    this.#exchange = exchange
    this.#target = target
    this.#parts = parts
    this.#verdict = verdict
    this.#outgoing = request
    const { name, passthrough, keys } = target.provider
    const { key, lane, notes } = request
    const record: AttemptRecord = { provider: name, model: target.model, ms: 0, lane, notes }
    if (key !== undefined) record.keyFingerprint = passthrough ? 'PASSTHRU' : keys.fingerprint(key)
    this.#record = record
    this.#clocks = new AttemptClocks({
      clock: parts.clock,
      timeouts: target.provider.timeouts,
      exchangeStartedAt: exchange.startedAt,
      onRing: (error) => this.#rang(error),
    })
  }

  begin(): void {
    const request = this.#outgoing
    this.#exchange.attempts.push(this.#record)
    this.#sentAt = this.#parts.clock.now()
    this.#record.sentMs = this.#sentAt - this.#exchange.startedAt
    this.#clocks.untilHead()
    this.#stopListening = this.#exchange.cancellation.listen(() => this.#cancelled())
    if (this.#phase === 'over') return
    const { provider } = this.#target
    // Nearly always, and it needs nobody to call back.
    if (provider.authorize === undefined) return this.#send(request, secretsOf(provider, request.key))
    authorised(provider, request, request.key, {
      send: (ready, secrets) => this.#send(ready, secrets),
      fail: (error) => this.#fail(error),
    })
  }

  #send(request: UpstreamRequest, secrets: readonly string[]): void {
    this.#secrets = secrets
    if (this.#phase !== 'over') this.#call = this.#target.provider.client.send(request, this)
  }

  // Receiver

  onHead(status: number, header: HeaderReader): void {
    if (this.#phase === 'over') return
    this.#status = status
    this.#header = header
    this.#record.status = status
    this.#exchange.roomMs = this.#target.provider.dialect.toldRoom?.(header)
    const requestId = upstreamRequestId(header)
    if (requestId !== undefined) this.#record.upstreamRequestId = requestId
    if (status < 200 || status > 299) {
      this.#phase = 'error-body'
      this.#collector = new Collector(ERROR_BODY_LIMIT)
    } else if (isStream(this.#exchange, this.#target, header('content-type'))) {
      this.#phase = 'held'
      this.#body = this.#streamBody(header('content-type'))
      this.#clocks.untilContent(this.#sentAt)
    } else {
      this.#phase = 'whole'
    }
  }

  onData(chunk: Buffer): void {
    switch (this.#phase) {
      case 'flowing':
        this.#clocks.touch()
        return this.#flow(this.#body?.push(chunk))
      case 'held':
        return this.#hold(this.#body?.push(chunk), chunk.length)
      case 'whole':
        return this.#collector.push(chunk) ? undefined : this.#fail(tooLarge())
      case 'error-body':
        return this.#collector.push(chunk) ? undefined : this.#readError()
      default:
    }
  }

  onEnd(): void {
    this.#bytesEnded = true
    this.#clocks.bytesEnded()
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
    }
  }

  onError(error: GatewayError): void {
    this.#bytesEnded = true
    this.#clocks.bytesEnded()
    if (this.#phase === 'flowing') {
      const cut = new GatewayError(
        'cut-stream',
        'The connection to the provider broke in the middle of the answer.',
        { cause: error },
      )
      this.#flow({ events: [{ type: 'error', error: cut }], raw: undefined })
    } else if (this.#phase === 'error-body') {
      // The status has said what it is; only the words are lacking.
      this.#readError()
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
    this.#clocks.touch()
    this.#call?.resume()
  }

  whenOver(listener: EndListener): void {
    if (this.#end === undefined) this.#endListeners.push(listener)
    else listener(this.#end.error)
  }

  // Before commit

  #hold(portion: Portion | undefined, size: number): void {
    if (portion === undefined) return
    this.#heldSize += size
    if (this.#heldSize > ANSWER_LIMIT) return this.#fail(tooLarge())
    if (this.#heldSize > HELD_LIMIT && this.#exchange.head.stream) {
      return this.#fail(
        new GatewayError('bad-answer', 'The provider sent much and nothing of it was content.'),
      )
    }
    const failure = portion.events.find((event) => event.type === 'error')
    const content = portion.events.some(isContent)
    // Content and its failure in one piece: nobody has seen the content yet.
    if (failure !== undefined) return this.#fail(failure.error)
    this.#held.push(portion)
    const finished = this.#body?.over === true
    if (!this.#exchange.head.stream) {
      if (finished) this.#commitFolded()
      else if (content) this.#clocks.untilNextPiece()
    } else if (content || finished) {
      this.#commitStream(finished)
    }
  }

  #commitStream(finished: boolean): void {
    this.#committed()
    this.#phase = finished ? 'over' : 'flowing'
    if (finished) this.#finished()
    else this.#clocks.whileFlowing(() => this.#paused)
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
    const bytes = this.#collector.bytes()
    try {
      const answer = wholeAnswer(this.#exchange, this.#target, this.#lane(), bytes, this.#outgoing.toolNames)
      this.#committed()
      this.#phase = 'over'
      this.#release()
      this.#verdict.resolve(answer)
    } catch (thrown) {
      const error = asGatewayError(thrown)
      // An error told inside a 200 is none of an answer's cost; what came whole and cannot be read is.
      this.#fail(error.type === 'bad-answer' ? error.with({ charged: true }) : error)
    }
  }

  #readError(): void {
    const text = withoutKey(this.#collector.bytes().toString('utf8'), this.#secrets)
    this.#fail(decodeError(this.#target.provider, this.#status, this.#header, text))
  }

  #fail(error: GatewayError): void {
    if (this.#phase === 'over') return
    this.#phase = 'over'
    this.#record.ms = this.#parts.clock.now() - this.#sentAt
    this.#record.error = error.type
    this.#exchange.waitedMs += this.#record.ms
    this.#release()
    this.#call?.abort()
    const key = this.#outgoing.key
    if (key !== undefined && concernsKey(error)) {
      this.#exchange.tried(key)
      if (error.facts.wrongKey !== true) this.#target.provider.keys.refused(key, error)
    }
    this.#verdict.reject(toldError(error, this.#target, this.#secrets))
  }

  #committed(): void {
    this.#record.ms = this.#parts.clock.now() - this.#sentAt
    this.#exchange.waitedMs += this.#record.ms
    const key = this.#outgoing.key
    const { keys } = this.#target.provider
    if (key === undefined || keys.size === 0) return
    keys.answered(key, this.#sentAt, this.#exchange.roomMs)
    this.#exchange.whenUsed((usage) => {
      if (usage !== undefined) keys.used(key, usage.inputTokens + usage.outputTokens)
    })
  }

  // After commit

  #flow(portion: Portion | undefined): void {
    if (portion === undefined || this.#phase !== 'flowing') return
    const last = portion.events.findLast(isTerminal)
    if (last === undefined) return this.#deliver(portion)
    this.#phase = 'over'
    if (last.type === 'error') {
      this.#broken(last.error)
      const told = { type: 'error', error: toldError(last.error, this.#target, this.#secrets) } as const
      if (portion.before !== undefined) this.#deliver(portion.before)
      this.#deliver({ ...portion, events: [...portion.events.slice(0, -1), told] })
    } else {
      this.#finished()
      this.#deliver(portion)
    }
    this.#reader?.onOver()
  }

  #deliver(portion: Portion): void {
    if (this.#reader === undefined) this.#held.push(portion)
    else if (portion.events.length > 0 || portion.raw !== undefined) {
      this.#reader.onEvents(portion.events, portion.raw)
    }
  }

  #cancelled(): void {
    if (this.#phase === 'over') return
    if (this.#phase !== 'flowing')
      return this.#fail(new GatewayError('cancelled', 'The client left before the answer began.'))
    this.#phase = 'over'
    this.#broken(new GatewayError('cancelled', 'The client left in the middle of the answer.'))
    this.#reader?.onOver()
  }

  // Ends

  #rang(error: GatewayError): void {
    if (this.#phase === 'error-body' && error.type === 'timeout') return this.#readError()
    if (this.#phase !== 'flowing') return this.#fail(error)
    this.#flow({ events: [{ type: 'error', error }], raw: undefined })
  }

  /** The answer is complete: its connection goes back to the pool, or is closed if the provider leaves it open. */
  #finished(): void {
    this.#release()
    this.#ended(undefined)
    if (!this.#bytesEnded) this.#clocks.lingerThen(() => this.#call?.abort())
  }

  #broken(error: GatewayError): void {
    this.#record.error = error.type
    this.#release()
    this.#call?.abort()
    this.#ended(error)
  }

  #ended(error: GatewayError | undefined): void {
    this.#end = { error }
    for (const listener of this.#endListeners.splice(0)) listener(error)
  }

  #release(): void {
    this.#clocks.release()
    this.#stopListening?.()
  }

  // Facts

  #lane(): Lane {
    return this.#outgoing.lane
  }

  #streamBody(contentType: string | undefined): StreamBody {
    const { dialect } = this.#target.provider
    const framing = framingOf(contentType) ?? dialect.framing
    const { framers } = this.#parts
    return new StreamBody({
      framing,
      framers,
      decoder: restoring(
        dialect.chat.streamDecoder(decodeContext(this.#target, this.#exchange.id)),
        this.#outgoing.toolNames,
      ),
      forward: this.#lane() === 'same' && this.#exchange.head.stream,
      complete: this.#lane() === 'same' && this.#exchange.mayContinue,
      heard: this.#exchange.isHeard,
    })
  }
}

function tooLarge(): GatewayError {
  return new GatewayError('bad-answer', 'The provider sent an answer larger than the gateway accepts.')
}
