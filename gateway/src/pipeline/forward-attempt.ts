/**
 * One call whose bodies pass both ways as they come. Nothing is held but an error's body, and a copy of a small answer for its
 * usage: whoever is slower stops the other at its socket.
 */

import { asGatewayError, type Clock, GatewayError, parseJson, type Usage } from '#core'
import type { Receiver, UploadRequest, UpstreamCall, UpstreamRequest } from '#transport'
import { AttemptClocks } from './attempt-clocks.ts'
import { type AttemptRecord, concernsKey, type Exchange, type Target } from './exchange.ts'
import { toldError, withoutKey } from './told-error.ts'
import { upstreamRequestId } from './upstream-request-id.ts'
import { Collector, decodeError } from './whole-body.ts'

/** The answer's head and the way to its bytes. */
export interface ForwardAnswer {
  readonly target: Target
  readonly status: number
  header(name: string): string | undefined
  /** Once. */
  read(reader: ForwardReader): void
  pause(): void
  resume(): void
}

export interface ForwardReader {
  onBytes(piece: Buffer): void
  /** Exactly once, after the last bytes. With an error the answer is not whole. */
  onOver(error: GatewayError | undefined): void
}

/** A body on its way in. */
export interface Upload {
  readonly stream: UploadRequest['body']
  /** Bytes so far. */
  readonly size: number
  /** The provider would take more than the client has sent. */
  readonly starved: boolean
  /** Called at each piece, and when the body is complete. */
  watch(onPiece: (complete: boolean) => void): void
}

export interface ForwardCall {
  readonly request: UpstreamRequest | UploadRequest
  readonly upload: Upload | undefined
  readonly metered: boolean
  /** That it is sent with; undefined for a provider that needs none. */
  readonly key: string | undefined
  /** Never to be seen. */
  readonly secrets: readonly string[]
}

export interface ForwardVerdict {
  resolve(answer: ForwardAnswer): void
  reject(error: GatewayError): void
  /** Exactly once, after the last byte or instead of the first. */
  over(end: ForwardEnd): void
}

export interface ForwardEnd {
  readonly error: GatewayError | undefined
  readonly usage: Usage | undefined
  readonly bytesOut: number
}

const ERROR_BODY_LIMIT = 64 * 1024
/** Bytes of an answer worth keeping for the usage in it; pictures are larger, and their usage stands behind them. */
const METER_LIMIT = 256 * 1024

type Phase = 'waiting' | 'error-body' | 'flowing' | 'over'

export class ForwardAttempt implements Receiver, ForwardAnswer {
  readonly target: Target
  status = 0
  readonly #exchange: Exchange
  readonly #call: ForwardCall
  readonly #verdict: ForwardVerdict
  readonly #clock: Clock
  readonly #clocks: AttemptClocks
  readonly #record: AttemptRecord
  #sent: UpstreamCall | undefined
  #sentAt = 0
  #phase: Phase = 'waiting'
  #header: (name: string) => string | undefined = () => undefined
  #kept: Collector | undefined
  #bytesOut = 0
  #reader: ForwardReader | undefined
  #held: Buffer[] = []
  #end: { readonly error: GatewayError | undefined } | undefined
  #paused = false
  #stopListening: (() => void) | undefined

  constructor(exchange: Exchange, target: Target, call: ForwardCall, verdict: ForwardVerdict, clock: Clock) {
    this.target = target
    this.#exchange = exchange
    this.#call = call
    this.#verdict = verdict
    this.#clock = clock
    const { name } = target.provider
    this.#record = { provider: name, model: target.model, ms: 0, lane: 'same', notes: [] }
    this.#clocks = new AttemptClocks({
      clock,
      timeouts: target.provider.timeouts,
      exchangeStartedAt: exchange.startedAt,
      onRing: (error) => this.#fail(error),
    })
  }

  begin(): void {
    const { request, upload, key } = this.#call
    const { passthrough, keys } = this.target.provider
    if (key !== undefined) this.#record.keyFingerprint = passthrough ? 'PASSTHRU' : keys.fingerprint(key)
    this.#exchange.attempts.push(this.#record)
    this.#sentAt = this.#clock.now()
    this.#record.sentMs = this.#sentAt - this.#exchange.startedAt
    this.#stopListening = this.#exchange.cancellation.listen(() => this.#cancelled())
    if (this.#phase === 'over') return
    if (upload === undefined) this.#clocks.untilHead()
    else this.#whileSending(upload)
    try {
      this.#sent = this.target.provider.client.send(request, this)
    } catch (thrown) {
      this.#fail(asGatewayError(thrown))
    }
  }

  /** The clock for the head starts with the last byte; until then the provider must go on taking what it is given. */
  #whileSending(upload: Upload): void {
    this.#clocks.whileFlowing(() => upload.starved)
    upload.watch((complete) => {
      if (this.#phase !== 'waiting') return
      this.#clocks.touch()
      if (!complete) return
      this.#clocks.release()
      this.#clocks.untilHead()
    })
  }

  // Receiver

  onHead(status: number, header: (name: string) => string | undefined): void {
    if (this.#phase !== 'waiting') return
    this.status = status
    this.#header = header
    this.#record.status = status
    this.#record.ms = this.#clock.now() - this.#sentAt
    this.#exchange.waitedMs += this.#record.ms
    const requestId = upstreamRequestId(header)
    if (requestId !== undefined) this.#record.upstreamRequestId = requestId
    this.#clocks.release()
    if (status < 200 || status > 299) {
      this.#phase = 'error-body'
      this.#kept = new Collector(ERROR_BODY_LIMIT)
      return this.#clocks.untilHead()
    }
    this.#phase = 'flowing'
    const { key, metered } = this.#call
    if (key !== undefined) this.target.provider.keys.answered(key, this.#sentAt)
    if (metered && header('content-type')?.includes('json')) this.#kept = new Collector(METER_LIMIT)
    this.#clocks.untilContent(this.#clock.now())
    this.#verdict.resolve(this)
  }

  onData(chunk: Buffer): void {
    if (this.#phase === 'error-body') {
      if (this.#kept?.push(chunk) === false) this.#readError()
    } else if (this.#phase === 'flowing') {
      this.#pass(chunk)
    }
  }

  onEnd(): void {
    if (this.#phase === 'error-body') this.#readError()
    else if (this.#phase === 'flowing') this.#finish(undefined)
    else if (this.#phase === 'waiting')
      this.#fail(new GatewayError('bad-answer', 'The provider sent no answer.'))
  }

  onError(error: GatewayError): void {
    if (this.#phase === 'error-body') return this.#readError()
    if (this.#phase !== 'flowing') return this.#fail(error)
    const message = 'The connection to the provider broke in the middle of the answer.'
    this.#fail(new GatewayError('cut-stream', message, { cause: error }))
  }

  // ForwardAnswer

  header(name: string): string | undefined {
    return this.#header(name)
  }

  read(reader: ForwardReader): void {
    for (const piece of this.#held.splice(0)) reader.onBytes(piece)
    this.#reader = reader
    if (this.#end !== undefined) reader.onOver(this.#end.error)
  }

  pause(): void {
    this.#paused = true
    this.#sent?.pause()
  }

  resume(): void {
    this.#paused = false
    this.#clocks.touch()
    this.#sent?.resume()
  }

  // Inside

  #pass(chunk: Buffer): void {
    if (this.#bytesOut === 0) this.#clocks.whileFlowing(() => this.#paused)
    else this.#clocks.touch()
    this.#bytesOut += chunk.length
    if (this.#kept?.push(chunk) === false) this.#kept = undefined
    if (this.#reader === undefined) this.#held.push(chunk)
    else this.#reader.onBytes(chunk)
  }

  #readError(): void {
    const text = this.#clean(this.#kept?.bytes().toString('utf8') ?? '')
    const error = decodeError(this.target.provider, this.status, this.#header, text)
    // What was not found is a file or a batch; of a model nothing was said.
    const nothing = error.type === 'model-not-found' && this.target.model === ''
    this.#fail(
      nothing
        ? new GatewayError('not-found', error.message, { upstream: error.facts.upstream ?? {} })
        : error,
    )
  }

  #clean(text: string): string {
    return this.#call.secrets.reduce((clean, secret) => withoutKey(clean, secret), text)
  }

  #cancelled(): void {
    this.#fail(new GatewayError('cancelled', 'The client left before the answer was complete.'))
  }

  #fail(error: GatewayError): void {
    if (this.#phase === 'over') return
    const told = toldError(error, calledOf(this.target), this.#call.secrets)
    this.#record.error = error.type
    // Nobody answered: what passed until now is all there is to tell.
    if (this.#phase === 'waiting') this.#record.ms = this.#clock.now() - this.#sentAt
    const before = this.#phase !== 'flowing'
    if (before) this.#refused(error)
    this.#sent?.abort()
    this.#finish(told)
    if (before) this.#verdict.reject(told)
  }

  /** The key rests, as after a chat. */
  #refused(error: GatewayError): void {
    const { key } = this.#call
    if (key === undefined || !concernsKey(error)) return
    this.#exchange.tried(key)
    if (error.facts.wrongKey !== true) this.target.provider.keys.refused(key, error)
  }

  #finish(error: GatewayError | undefined): void {
    this.#phase = 'over'
    this.#clocks.release()
    this.#stopListening?.()
    this.#end = { error }
    const usage = error === undefined ? this.#usage() : undefined
    const { key } = this.#call
    if (usage !== undefined && key !== undefined)
      this.target.provider.keys.used(key, usage.inputTokens + usage.outputTokens)
    this.#verdict.over({ error, usage, bytesOut: this.#bytesOut })
    this.#reader?.onOver(error)
  }

  #usage(): Usage | undefined {
    if (this.#kept === undefined) return undefined
    const wire = parseJson(this.#kept.bytes().toString('utf8'))
    return wire === undefined ? undefined : this.target.provider.dialect.meter?.(wire)
  }
}

function calledOf({ provider, model }: Target): Parameters<typeof toldError>[1] {
  return model === '' ? { provider } : { provider, model }
}
