/** What a recorded answer means, in the fewest words: the yardstick that owes nothing to the gateway's own codecs. */

import type { Weighed } from './weighed.ts'

/** Rows of the table of finish reasons. */
export type Outcome =
  | 'end'
  | 'tools'
  | 'length'
  | 'context'
  | 'stop-string'
  | 'refusal'
  | 'filter'
  | 'pause'
  | 'unknown'

/** The model declined, or somebody stopped it from answering. */
export function isDeclined(outcome: Outcome): boolean {
  return outcome === 'refusal' || outcome === 'filter'
}

export interface MeantCall {
  /** Empty where the recording has none. */
  readonly id: string
  readonly name: string
  /** JSON text as recorded. */
  readonly arguments: string
}

/** Everything included: input counts what the cache gave and took, output counts thinking. */
export interface MeantUsage {
  readonly input: number
  readonly output: number
  readonly cacheRead?: number | undefined
  readonly cacheWrite?: number | undefined
  readonly reasoning?: number | undefined
}

export interface Meaning {
  readonly text: string
  readonly refusal: string
  /** The provider's own words on why it refused, where it gave any beside the answer. */
  readonly explanation: string
  readonly reasoning: string
  readonly calls: readonly MeantCall[]
  readonly outcome: Outcome
  /** The recording's own word for it, where a language has more of them than there are outcomes. */
  readonly word: string
  readonly usage?: MeantUsage | undefined
  /** Citations, those of them that name a page, and those that do not but a place in a document the request brought along. */
  readonly citations: number
  readonly pages: number
  readonly places: number
  /** A recording of Gemini's: what its own client counts, with sources that support no words. */
  readonly listed: number
  /** Thinking blocks that carry a signature or encrypted state. */
  readonly signatures: number
  readonly images: number
  /** Those whose data is no base64. */
  readonly brokenImages: number
  readonly audio: boolean
  /** Blocks of tools the provider ran itself, and others only one language has. */
  readonly native: number
  /** Of the answer's text, token by token. */
  readonly logprobs: readonly Weighed[]
  /** Alternative answers beside the first. */
  readonly alternatives: number
  /** The recording reports a failure, or ends before it is finished: what it says, empty for a cut. */
  readonly failure?: string | undefined
}

/** A meaning under construction. */
export type Draft = { -readonly [key in keyof Meaning]: Meaning[key] } & {
  calls: MeantCall[]
  logprobs: Weighed[]
}

export function nothing(): Draft {
  return {
    text: '',
    refusal: '',
    explanation: '',
    reasoning: '',
    calls: [],
    outcome: 'unknown',
    word: '',
    citations: 0,
    pages: 0,
    places: 0,
    listed: 0,
    signatures: 0,
    images: 0,
    brokenImages: 0,
    audio: false,
    native: 0,
    logprobs: [],
    alternatives: 0,
  }
}
