/** A model name of our own that stands for an ordered list of targets. */

import { GatewayError } from '#core'
import type { Target } from '../exchange.ts'
import type { Choice, Rule } from './rule.ts'
import { knownNames, targetNamed } from './target.ts'

export const byVirtualModel: Rule = {
  name: 'virtual-model',
  choose({ wish, rules, providers }) {
    const names = rules.virtual.get(wish.model)
    if (names === undefined) return undefined
    const group = rules.groups?.get(wish.model)
    const found = names.map((text) => targetNamed(text, providers))
    const targets = found.filter((target) => target !== undefined)
    if (targets.length === 0) {
      throw new GatewayError(
        'unavailable',
        `No provider of model "${wish.model}" can be used: ${names.join(', ')}. Usable: ${knownNames(providers)}.`,
      )
    }
    return { ...group, ...weightsOf(group?.weights, found), targets, pool: wish.model, closed: true }
  },
}

/** Those of the targets that are left. */
function weightsOf(
  weights: readonly number[] | undefined,
  found: readonly (Target | undefined)[],
): Pick<Choice, 'weights'> {
  if (weights === undefined) return {}
  return { weights: weights.filter((_, place) => found[place] !== undefined) }
}
