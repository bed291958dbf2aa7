/** What a middleware is: hooks on the way to a provider and back. This is what authors of plugins write against. */

import type {
  ChatEvent,
  ChatRequest,
  ChatResponse,
  Clock,
  DialectName,
  ErrorType,
  GatewayError,
  JsonObject,
  RoadOperation,
  Usage,
} from '#core'

/**
 * All hooks are optional. What they are given is frozen: who wants something else returns it. On the way to the provider middlewares
 * are asked in their order, on the way back in the reverse.
 */
export interface Middleware {
  readonly name: string
  /**
   * `steering` (the default): a hook that throws or is late fails the request. `observing`: what hooks return is not looked at, nobody
   * waits for them, and what goes wrong is only logged.
   */
  readonly role?: 'steering' | 'observing'
  /** False: `response` and `event` only read, so that bytes may pass to the client as they came. Asked after `request`. */
  readonly changesAnswers?: boolean | ((call: HookedCall) => boolean)
  /** Once, before the first request; a failure keeps the gateway from starting. */
  initialize?(): void | Promise<void>
  /** Once, after the last request. */
  cleanup?(): void | Promise<void>
  /** Default: to every call. */
  applies?(call: HookedCall): boolean
  /** Before the request is written in the provider's words. Nothing returned: it stays as it is. */
  request?(asked: Asked, call: HookedCall): Maybe<AskedChange> | Promise<Maybe<AskedChange>>
  /** A whole answer. Nothing returned: it stays as it is. */
  response?(response: ChatResponse, call: HookedCall): Maybe<ChatResponse> | Promise<Maybe<ChatResponse>>
  /**
   * One event of a stream; of a whole answer too where there is no `response`. Nothing returned: it stays as it is. An empty list
   * drops it. Must not wait: a stream has no time.
   */
  event?(event: AnswerEvent, call: HookedCall): Maybe<AnswerEvent | readonly AnswerEvent[]>
  /** Headers of the answer to the client. */
  headers?(call: HookedCall): Maybe<Readonly<Record<string, string>>>
  /** Exactly once for every call whose hooks were asked, however it ended. Nobody waits for it. */
  complete?(ending: Ending, call: HookedCall): void | Promise<void>
}

// Hooks that return nothing are typed `void` by those who write them.
export type Maybe<T> = T | undefined | void

/** An error ends the stream and is told by `complete`. */
export type AnswerEvent = Exclude<ChatEvent, { readonly type: 'error' }>

/** One call to one provider. The same object in all hooks of a call: a key for what one has to remember. */
export interface HookedCall {
  /** Of the client's request; calls that follow a failure have the same. */
  readonly id: string
  /** The provider's configured name, and its type. */
  readonly provider: string
  readonly type: string
  /** The provider's name of the model. */
  readonly model: string
  /** The name the client asked for. */
  readonly asked: string
  /** The provider's language, and the client's. */
  readonly dialect: DialectName
  readonly clientDialect: DialectName
  readonly operation: RoadOperation
  readonly stream: boolean
  /** A header of the client's; those with credentials are not told. */
  header(name: string): string | undefined
}

export interface Asked {
  /** Decoded when first looked at, so that it costs nothing where nobody does. */
  readonly request: ChatRequest
  /** The provider's name of the model. */
  readonly model: string
}

export interface AskedChange {
  readonly request?: ChatRequest
  /** Another model of the same provider. */
  readonly model?: string
  /** Of the request to the provider. Those that let it in or frame it cannot be changed. */
  readonly headers?: HeaderChanges
}

export interface HeaderChanges {
  readonly set?: Readonly<Record<string, string>>
  readonly remove?: readonly string[]
}

export interface Ending {
  readonly result: 'completed' | 'failed' | 'cancelled'
  readonly error?: GatewayError
  readonly usage?: Usage
}

/** What a plugin's module exports as `middleware`. */
export type MakeMiddleware = (options: JsonObject, tools: MiddlewareTools) => Middleware | Promise<Middleware>

export interface MiddlewareTools {
  readonly clock: Clock
  log(message: string, facts?: Readonly<Record<string, unknown>>): void
  /** What a steering hook throws to refuse a request for a reason the client should hear. */
  refusal(type: ErrorType, message: string): Error
}
