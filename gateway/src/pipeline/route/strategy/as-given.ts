/** `priority` and `manual`: the order the rule gave. What differs is that `manual` does not let a barred target fall behind. */

import type { Strategy } from './strategy.ts'

export const asGiven: Strategy = (candidates) => candidates.map((target) => ({ target }))
