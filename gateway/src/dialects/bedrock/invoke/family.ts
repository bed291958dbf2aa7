/** A family of bodies that InvokeModel takes: whose words they are, both directions, from the client's side. */

import type { ChatEvent, ChatRequest, ChatResponse, JsonObject, Usage } from '#core'
import type { Address, AnswerContext, RequestHead } from '../../dialect.ts'

export interface InvokeFamily {
  readonly name: string
  /** Whether a body is of this family. */
  knows(wire: JsonObject): boolean
  check(wire: JsonObject, address: Address): RequestHead
  decode(wire: JsonObject, address: Address): ChatRequest
  whole(response: ChatResponse, context: AnswerContext): JsonObject
  stream(context: AnswerContext): InvokeStream
}

/** Events as the JSON of chunks. */
export interface InvokeStream {
  push(event: ChatEvent): JsonObject[]
  keepAlive(): JsonObject[]
}

/** Amazon's own counters, at the end of every family's stream. */
export function invocationMetrics(usage: Usage | undefined, context: AnswerContext): JsonObject {
  const latency = Math.round(context.elapsedMs())
  return {
    'amazon-bedrock-invocationMetrics': {
      inputTokenCount: usage?.inputTokens ?? 0,
      outputTokenCount: usage?.outputTokens ?? 0,
      invocationLatency: latency,
      firstByteLatency: latency,
    },
  }
}
