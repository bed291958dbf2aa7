/** What comes back up the road once an attempt has committed. Before that, everything that goes wrong is a rejection. */

import type { ChatEvent, EmbedResponse, GatewayError, Usage } from '#core'
import type { Lane, Target } from './exchange.ts'

export type Answer = WholeAnswer | BytesAnswer | StreamAnswer | VectorAnswer

interface Committed {
  readonly target: Target
  /** The route's own target, where a middleware has asked another model or another face of the account has answered. */
  readonly routed?: Target
  readonly lane: Lane
  /** What a middleware adds to the head of the answer, or says instead; names in lower case. */
  readonly headers?: Readonly<Record<string, string>>
}

export interface WholeAnswer extends Committed {
  readonly type: 'whole'
  readonly events: readonly ChatEvent[]
}

/** A whole body that goes to the client as it came. */
export interface BytesAnswer extends Committed {
  readonly type: 'bytes'
  /** As text where each byte is an ASCII character. */
  readonly raw: string | Buffer
  readonly usage: Usage | undefined
}

export interface VectorAnswer extends Committed {
  readonly type: 'vectors'
  readonly response: EmbedResponse
}

export interface StreamAnswer extends Committed {
  readonly type: 'stream'
  readonly stream: AnswerStream
}

export interface AnswerStream {
  /** Another target may go on with it: who passes bytes on must keep an encoder ready (`onContinued`). */
  readonly continues?: boolean
  /** Delivers what was held until commit, then the rest as it comes. Once per stream. */
  read(reader: StreamReader): void
  /** Stops the provider's bytes at its socket. */
  pause(): void
  resume(): void
  /**
   * Calls back once when the provider's side of the stream is over, whether or not anybody reads it: without an error when the
   * answer was complete. At once when it is over already. For what an attempt holds: slots, trials, measurements.
   */
  whenOver(listener: EndListener): void
}

/** `error`: why the stream broke off; type `cancelled` when the client left. */
export type EndListener = (error: GatewayError | undefined) => void

export interface StreamReader {
  /** `raw`: whole frames as the provider sent them, in the same-language lane. Failure after commit is an `error` event. */
  onEvents(events: readonly ChatEvent[], raw: Buffer | undefined): void
  /** From here on the events come from another target, which goes on with the answer; bytes come no more. */
  onContinued?(): void
  /** After the last event, exactly once; also when the exchange was cancelled. */
  onOver(): void
}
