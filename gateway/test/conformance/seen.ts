/** What a client's SDK yields of one answer, in words that can be compared across SDKs. */

import type { Wire } from './tapped-fetch.ts'
import type { Weighed } from './weighed.ts'

export interface SeenCall {
  readonly id: string
  readonly name: string
  /** The parsed value; text where it does not parse. */
  readonly arguments: unknown
}

export interface SeenUsage {
  /** The headline counts as this client's language counts them. */
  readonly input: number
  readonly output: number
  readonly cacheRead?: number | undefined
  readonly cacheWrite?: number | undefined
  readonly reasoning?: number | undefined
}

export interface Seen {
  readonly text: string
  readonly refusal: string
  readonly reasoning: string
  readonly calls: readonly SeenCall[]
  /** The client language's own word. */
  readonly finish: string
  readonly usage?: SeenUsage | undefined
  readonly citations: number
  readonly signatures: number
  readonly images: number
  readonly audio: boolean
  readonly native: number
  readonly logprobs: readonly Weighed[]
}

/** What asking came to: an answer, or the SDK's own error. */
export interface Asked extends Wire {
  readonly seen?: Seen
  readonly error?: SdkError
}

export interface SdkError {
  /** Name of the SDK's error class. */
  readonly kind: string
  readonly status: number | undefined
  readonly message: string
}

export interface Question {
  /** The gateway's URL. */
  readonly url: string
  /** As asked for: `provider:model`. */
  readonly model: string
  readonly stream: boolean
  readonly operation: 'chat' | 'generate'
}

export type Ask = (question: Question) => Promise<Asked>
