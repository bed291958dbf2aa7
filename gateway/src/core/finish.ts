/** Why an answer ended, in one closed list. Each dialect maps its own words to it and back. */

export type FinishReason =
  | 'stop'
  | 'stop-sequence'
  | 'length'
  /** The context window was full. */
  | 'context-length'
  | 'tool-calls'
  /** A safety filter cut or blocked the answer. */
  | 'content-filter'
  /** The model declined. */
  | 'refusal'
  /** A provider-run tool paused the turn; the client is expected to send it again. */
  | 'pause'
  /** A reason this version does not know; `raw` has it. */
  | 'unknown'

export interface Finish {
  readonly reason: FinishReason
  /** The upstream's own word. */
  readonly raw?: string
  /** The stop string that matched, where the upstream tells. */
  readonly stopSequence?: string
  /** The provider's own words on a refusal or block. */
  readonly explanation?: string
}
