/** Embeddings: texts in, one vector each out. Beside the chat model and without events: nothing of it comes in pieces. */

import type { Operation } from './chat.ts'
import type { WithExtras } from './extras.ts'
import type { Usage } from './usage.ts'

/** `embed-legacy` is Ollama's older way of asking: one prompt, one vector. */
export type EmbedOperation = 'embed' | 'embed-legacy'

/** Everything that travels the road. */
export type RoadOperation = Operation | EmbedOperation

export function isEmbed(operation: RoadOperation): operation is EmbedOperation {
  return operation === 'embed' || operation === 'embed-legacy'
}

export interface EmbedRequest extends WithExtras {
  /** The name the client asked for. */
  readonly model: string
  readonly input: EmbedInput
  /** Width of the vectors. */
  readonly dimensions?: number
  /** How the client wants its vectors written. */
  readonly encoding: 'float' | 'base64'
  /** Opaque end-user id. */
  readonly user?: string
}

/** Token ids mean something only to a model that has the same tokenizer. */
export type EmbedInput =
  | { readonly type: 'texts'; readonly texts: readonly string[] }
  | { readonly type: 'tokens'; readonly tokens: readonly (readonly number[])[] }

export type Vector = readonly number[]

export interface EmbedResponse {
  /** In the order of the inputs. Absent when the provider wrote them as text instead of numbers. */
  readonly vectors?: readonly Vector[]
  readonly usage?: Usage
}

export function inputCount(input: EmbedInput): number {
  return input.type === 'texts' ? input.texts.length : input.tokens.length
}
