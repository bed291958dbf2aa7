/** A model as a list shows it. */

import type { ModelPrice } from './cost.ts'
import type { WithExtras } from './extras.ts'

export interface ModelInfo extends WithExtras {
  /** The name a client may ask for. */
  readonly id: string
  readonly displayName?: string
  /** Epoch seconds. */
  readonly created?: number
  readonly ownedBy?: string
  /** The configured provider that serves it. */
  readonly provider?: string
  /** Tokens. */
  readonly contextWindow?: number
  /** Tokens. */
  readonly maxOutput?: number
  readonly abilities?: readonly ModelAbility[]
  readonly price?: ModelPrice
}

export type ModelAbility = 'completion' | 'tools' | 'vision' | 'thinking' | 'embedding' | 'insert'

/** What is known of a model beforehand. */
export interface ModelSheet {
  readonly name?: string
  readonly price?: ModelPrice
  /** Tokens. */
  readonly contextWindow?: number
  /** Tokens. */
  readonly maxOutput?: number
  readonly abilities?: readonly ModelAbility[]
}
