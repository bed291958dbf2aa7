/** What travels down the road: one client request and all that happens to it. */

import {
  type ChatRequest,
  type EmbedRequest,
  type ErrorType,
  type GatewayError,
  isEmbed,
  type JsonObject,
  type Note,
  type RoadOperation,
  type Usage,
} from '#core'
import type { Address, Dialect, RequestHead } from '#dialects'
import type { HeaderChanges } from '#plugins'
import type { HeaderSource, Provider } from '#providers'
import { Cancellation } from './cancellation.ts'
import { embedCodec } from './embed-codec.ts'
import type { Room } from './limit/limit.ts'
import type { Client } from './route/client.ts'

export interface Target {
  readonly provider: Provider
  /** The upstream's name of the model. */
  readonly model: string
}

export interface Route {
  /** In the order of trying; never empty. */
  readonly targets: readonly Target[]
  /** Which rule chose, e.g. `prefix`, `header`, `default`. */
  readonly reason: string
  /** How the rule came to them, e.g. a chain of aliases. */
  readonly detail?: string
  /** What put the targets into their order, where the rule left that open. */
  readonly strategy?: string
  /** What chose those that were asked after a failure, where that was configured. */
  readonly fallback?: string
  /** Every target that was thought of, in the order of the rule: for the trace. */
  readonly considered: readonly Considered[]
}

export interface Considered {
  readonly provider: string
  readonly model: string
  /** What the strategy made of it; the unit is the strategy's. */
  readonly score?: number
  /** Why it is not among the targets, or only behind the others, e.g. `circuit-open`, `capability: vision`. */
  readonly removed?: string
}

/** One call to one target, for the trace. */
export interface AttemptRecord {
  readonly provider: string
  readonly model: string
  /** Of the key used, where there is one. */
  keyFingerprint?: string
  /** Absent when no answer came. */
  status?: number
  error?: ErrorType
  /** Milliseconds from the door to the sending. */
  sentMs?: number
  /** Milliseconds from sending to commit or failure. */
  ms: number
  readonly lane: Lane
  readonly notes: Note[]
  upstreamRequestId?: string
  /** What it has used itself of an answer that several gave; the client, and the outcome, have the sum. */
  own?: { readonly usage: Usage | undefined }
}

/** Whether it was a call to this target. */
export function isAt(attempt: AttemptRecord, { provider, model }: Target): boolean {
  return attempt.provider === provider.name && attempt.model === model
}

/** `same`: bytes pass as they are. `translate`: through the neutral model. */
export type Lane = 'same' | 'translate'

/** Whether it is asked with the caller's own key alone, and the caller has brought none. */
export function lacksKey({ callerKey }: Pick<Exchange, 'callerKey'>, { provider }: Target): boolean {
  return provider.passthrough && callerKey === undefined
}

/** Whether another key of the same provider may fare better. */
export function concernsKey(error: GatewayError): boolean {
  return error.traits.next === 'other-key' || error.type === 'rate-limited' || error.facts.wrongKey === true
}

/** The one that was answered: the last, but where a later one was given up. */
export function answering(attempts: readonly AttemptRecord[]): AttemptRecord | undefined {
  const last = attempts.at(-1)
  if (last?.error === undefined) return last
  return attempts.findLast(({ error }) => error === undefined) ?? last
}

export interface Arrival {
  readonly id: string
  readonly dialect: Dialect
  readonly operation: RoadOperation
  /** The body as it came. */
  readonly body: Buffer
  /** The body as text, where it is known to be nothing but ASCII. */
  readonly text?: string | undefined
  readonly wire: JsonObject
  /** What the URL says of the request, in a dialect that says it there. */
  readonly address?: Address | undefined
  readonly headers: HeaderSource
  /** The caller's own provider key, for passthrough providers. */
  readonly callerKey: string | undefined
  /** Who asks, where the house knows its clients. */
  readonly client?: Client | undefined
  /** Monotonic milliseconds. */
  readonly startedAt: number
  /** Epoch milliseconds. */
  readonly startedWall: number
}

export class Exchange {
  readonly id: string
  readonly dialect: Dialect
  readonly operation: RoadOperation
  readonly body: Buffer
  readonly wire: JsonObject
  readonly headers: HeaderSource
  readonly callerKey: string | undefined
  readonly client: Client | undefined
  readonly startedAt: number
  readonly startedWall: number
  readonly head: RequestHead
  readonly cancellation: Cancellation
  readonly attempts: AttemptRecord[]
  /** The request is not the client's own any more: its bytes may not pass in its place. */
  readonly rewritten: boolean
  /** Set by admission when configuration limits the output. */
  maxOutputTokens: number | undefined
  /** Set by routing. */
  route: Route | undefined
  /** The target of the current attempt. */
  target: Target | undefined
  /** Whether routing has another target to try should this one fail. */
  hasAlternative = false
  /** Set by routing where late contents are asked for twice: whether another of its targets may be asked beside the current one. */
  mayAskBeside: ((target: Target) => boolean) | undefined
  /** A middleware hears the answer, so that every event of it must be told. */
  isHeard: boolean
  /** Nobody waits for the current target's room: routing tries others, and then waits for whichever has room first. */
  goesOnWhenFull = false
  /** Room at the current target that routing has waited for. */
  room: Room | undefined
  /** Limits have counted the next call already. */
  isCounted = false
  /** Routing may have to go on with a broken stream, so every event of it must be seen. */
  mayContinue = false
  /** The operator wants to know: an open circuit keeps nobody away. */
  insists: boolean
  /** What a middleware does to the headers of the call. */
  headerChanges: HeaderChanges | undefined
  /** Whose calls count as this one's, where it is not its own: calls that several share are one's alone. */
  accountsFor: Exchange | 'nobody' | undefined
  /** Milliseconds until the target has room for another request, as its last answer tells it; 0: it has. */
  roomMs: number | undefined
  /** Milliseconds spent waiting for providers or for a retry, up to commit. */
  waitedMs = 0
  /** Milliseconds spent in the gateway's own line. */
  queuedMs = 0
  #triedKeys: Set<string> | undefined
  #usageListeners: ((usage: Usage | undefined) => void)[]
  readonly #arrival: Arrival
  #latin1: string | undefined
  #request: ChatRequest | undefined
  #embedRequest: EmbedRequest | undefined

  /** Throws `invalid-request` when the body is not what the dialect asks for. */
  constructor(arrival: Arrival, parent?: Exchange, request?: ChatRequest, cancellation?: Cancellation) {
    this.id = arrival.id
    this.dialect = arrival.dialect
    this.operation = arrival.operation
    this.body = arrival.body
    this.wire = arrival.wire
    this.headers = arrival.headers
    this.callerKey = arrival.callerKey
    this.client = arrival.client
    this.startedAt = arrival.startedAt
    this.startedWall = arrival.startedWall
    this.#arrival = arrival
    this.head = parent?.head ?? headOf(arrival)
    this.cancellation = cancellation ?? parent?.cancellation ?? new Cancellation()
    this.attempts = parent?.attempts ?? []
    this.maxOutputTokens = parent?.maxOutputTokens
    this.route = parent?.route
    this.insists = parent?.insists === true
    this.isHeard = parent?.isHeard === true
    this.room = parent?.room
    this.goesOnWhenFull = parent?.goesOnWhenFull === true
    this.rewritten = request !== undefined || parent?.rewritten === true
    this.#request = request ?? (parent === undefined ? undefined : parent.#request)
    this.#usageListeners = parent === undefined ? [] : parent.#usageListeners
  }

  /** Another request in the name of this one: same client, same trace, and by default the same end when the client leaves. */
  fork(request?: ChatRequest, cancellation?: Cancellation): Exchange {
    return new Exchange(this.#arrival, this, request, cancellation)
  }

  /** A fork with an end of its own. What its calls used is told to it, and not to this one. */
  apart(cancellation: Cancellation, request?: ChatRequest): Exchange {
    const fork = this.fork(request, cancellation)
    fork.#usageListeners = []
    return fork
  }

  /** A fork that asks for some of the embeddings; what its call used is told to it, and not to this one. */
  portion(request: EmbedRequest, cancellation: Cancellation): Exchange {
    const fork = this.apart(cancellation)
    fork.#embedRequest = request
    return fork
  }

  /** Keys already refused in this exchange. */
  get triedKeys(): ReadonlySet<string> {
    return this.#triedKeys ?? NO_KEYS
  }

  tried(...keys: readonly string[]): void {
    this.#triedKeys ??= new Set()
    for (const key of keys) this.#triedKeys.add(key)
  }

  /** Each may be tried again. */
  forgetTried(): void {
    this.#triedKeys?.clear()
  }

  /** Each byte of the body is a character. */
  get isAscii(): boolean {
    return this.#arrival.text !== undefined
  }

  /** The body with one character per byte: for searching and cutting that must lose nothing. */
  get latin1(): string {
    this.#latin1 ??= this.#arrival.text ?? this.body.toString('latin1')
    return this.#latin1
  }

  /** The neutral request, decoded when first needed: the same-language lane never needs it. */
  get request(): ChatRequest {
    if (this.#request === undefined) {
      if (isEmbed(this.operation) || this.operation === 'forward') throw new Error('No chat is asked for.')
      const decoded = this.dialect.chat.decodeRequest(this.wire, this.operation, this.#arrival.address)
      this.#request =
        this.maxOutputTokens === undefined ? decoded : { ...decoded, maxOutputTokens: this.maxOutputTokens }
    }
    return this.#request
  }

  /** Calls back once with what was used, when the answer is over; undefined when the provider did not say. */
  whenUsed(listener: (usage: Usage | undefined) => void): void {
    this.#usageListeners.push(listener)
  }

  tellUsage(usage: Usage | undefined): void {
    const listeners = this.#usageListeners
    if (listeners.length > 0) for (const listener of listeners.splice(0)) listener(usage)
  }

  /** In place of `request` when embeddings are asked for. */
  get embedRequest(): EmbedRequest {
    if (this.#embedRequest === undefined) {
      if (!isEmbed(this.operation)) throw new Error('No embeddings are asked for.')
      this.#embedRequest = embedCodec(this.dialect).decodeRequest(
        this.wire,
        this.operation,
        this.#arrival.address,
      )
    }
    return this.#embedRequest
  }
}

const NO_KEYS: ReadonlySet<string> = new Set()

function headOf({ dialect, wire, operation, address }: Arrival): RequestHead {
  // What is only passed on says at most, in its address, for which model it is.
  if (operation === 'forward') return { model: address?.model ?? '', stream: false }
  if (isEmbed(operation)) return embedCodec(dialect).check(wire, operation, address)
  return dialect.chat.check(wire, operation, address)
}
