/** What routing asks about models and nobody on the road knows by itself: handed in from the catalogue. */

import type { ModelAbility, Usage } from '#core'
import type { Target } from '../exchange.ts'

export interface ModelFacts {
  /** What a million tokens cost, in any one unit; undefined where no price is known. */
  priceOf(target: Target): number | undefined
  /** Dollars for so much use; undefined where no price is known. Absent: only rates are known. */
  costOf?(target: Target, usage: Usage): number | undefined
  /** Tokens; undefined where the window is not known. */
  contextOf(target: Target): number | undefined
  /** Undefined where nothing is known, which forbids nothing. */
  abilitiesOf(target: Target): readonly ModelAbility[] | undefined
}

export const NO_MODEL_FACTS: ModelFacts = {
  priceOf: () => undefined,
  contextOf: () => undefined,
  abilitiesOf: () => undefined,
}
