/**
 * The neutral answer stream. A whole answer is these events folded.
 *
 * Order: `start`, then blocks, `usage` any number of times (last wins), then exactly one terminal event: `finish` or
 * `error`. Each block has an `index` of its own (dense, from 0), opens once and closes once. Blocks open in index
 * order but may overlap: providers interleave parallel tool calls.
 */

import type { Citation, OpaqueState, Part } from './chat.ts'
import type { DialectName, Extras } from './extras.ts'
import type { GatewayError } from './error.ts'
import type { JsonObject } from './json.ts'
import type { Finish } from './finish.ts'
import type { TokenProbability } from './token-probability.ts'
import type { Usage } from './usage.ts'

export type ChatEvent =
  | StartEvent
  | { readonly type: 'text-start'; readonly index: number; readonly refusal?: boolean }
  | TextDeltaEvent
  | { readonly type: 'citation'; readonly index: number; readonly citation: Citation }
  | { readonly type: 'text-end'; readonly index: number }
  | { readonly type: 'reasoning-start'; readonly index: number; readonly redacted?: boolean }
  | { readonly type: 'reasoning-delta'; readonly index: number; readonly text: string }
  | { readonly type: 'reasoning-end'; readonly index: number; readonly opaque?: OpaqueState }
  | {
      readonly type: 'tool-call-start'
      readonly index: number
      readonly id: string
      readonly name: string
      readonly opaque?: OpaqueState
      readonly extras?: Extras
    }
  | { readonly type: 'tool-call-delta'; readonly index: number; readonly arguments: string }
  | { readonly type: 'tool-call-end'; readonly index: number }
  /** A block that is whole at once: media the model made, or a block only its own dialect can say. */
  | { readonly type: 'part'; readonly index: number; readonly part: Part }
  | { readonly type: 'usage'; readonly usage: Usage }
  | FinishEvent
  | { readonly type: 'error'; readonly error: GatewayError }

export interface StartEvent {
  readonly type: 'start'
  /** The upstream's id of the answer. */
  readonly id?: string
  /** The upstream's name of the model. */
  readonly model?: string
  /** Epoch seconds. */
  readonly created?: number
  readonly extras?: Extras
}

export interface TextDeltaEvent {
  readonly type: 'text-delta'
  readonly index: number
  /** Empty only where probabilities came without text: half a letter, the end mark. */
  readonly text: string
  readonly probabilities?: readonly TokenProbability[]
}

export interface FinishEvent extends Finish {
  readonly type: 'finish'
  /** Of tokens that are no text: thinking and calls, where a language lists them with the others. */
  readonly probabilities?: readonly TokenProbability[]
  readonly extras?: Extras
}

/** Answer fields only one dialect knows, for the finish event. */
export function answerExtras(dialect: DialectName, rest: JsonObject | undefined): { extras?: Extras } {
  return rest === undefined ? {} : { extras: { [dialect]: rest } }
}

/** Whether the event carries something a person or an agent would see: after it, failover would show. */
export function isContent(event: ChatEvent): boolean {
  switch (event.type) {
    case 'text-delta':
      return event.text !== '' || event.probabilities !== undefined
    case 'reasoning-delta':
      return event.text !== ''
    case 'tool-call-start':
    case 'tool-call-delta':
    case 'part':
      return true
    default:
      return false
  }
}
