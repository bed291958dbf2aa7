/** A model as a list shows it. */

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
}

export type ModelAbility = 'completion' | 'tools' | 'vision' | 'thinking' | 'embedding' | 'insert'
