/** Embeddings: texts in, one vector each out. Beside the chat model and without events: nothing of it comes in pieces. */

import type { Operation } from './chat.ts'
import type { WithExtras } from './extras.ts'
import type { Usage } from './usage.ts'

/** `embed-one`: one text, one bare vector. Ollama's older path and Gemini's embedContent. */
export type EmbedOperation = 'embed' | 'embed-one'

/** Everything that travels through the house. `forward`: passed on without being understood. */
export type RoadOperation = Operation | EmbedOperation | 'forward'

export function isEmbed(operation: RoadOperation): operation is EmbedOperation {
  return operation === 'embed' || operation === 'embed-one'
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

/**
 * Token ids mean something only to a model that has the same tokenizer. `native` is what only the client's own dialect can say:
 * pictures, or a width of its own for each text.
 */
export type EmbedInput =
  | { readonly type: 'texts'; readonly texts: readonly string[] }
  | { readonly type: 'tokens'; readonly tokens: readonly (readonly number[])[] }
  | { readonly type: 'native'; readonly count: number }

export type Vector = readonly number[]

export interface EmbedResponse {
  /** In the order of the inputs. Absent when the provider wrote them as text instead of numbers. */
  readonly vectors?: readonly Vector[]
  readonly usage?: Usage
}

export function inputCount(input: EmbedInput): number {
  switch (input.type) {
    case 'texts':
      return input.texts.length
    case 'tokens':
      return input.tokens.length
    case 'native':
      return input.count
  }
}
