/** A model name of our own that stands for an ordered list of targets, some of which may be such names themselves. */

import { GatewayError } from '#core'
import type { Target } from '../exchange.ts'
import type { Group, Question, Rule, Unit } from './rule.ts'
import { knownNames, spelt, targetNamed } from './target.ts'

export const byVirtualModel: Rule = {
  name: 'virtual-model',
  choose(question) {
    const { wish, rules, providers } = question
    const group = groupNamed(wish.model, question)
    if (group === undefined) return undefined
    const targets = targetsOf(group)
    if (targets.length === 0) {
      const names = rules.virtual.get(wish.model) ?? []
      throw new GatewayError(
        'unavailable',
        `No provider of model "${wish.model}" can be used: ${names.join(', ')}. Usable: ${knownNames(providers)}.`,
      )
    }
    const { units, ...how } = group
    return { ...how, targets, ...(units.some(isGroup) ? { units } : {}), closed: true }
  },
}

/** Configuration has seen to it that no group contains itself. */
function groupNamed(name: string, question: Question): Group | undefined {
  const { rules, providers } = question
  const names = rules.virtual.get(name)
  if (names === undefined) return undefined
  const { weights, ...how } = rules.groups?.get(name) ?? {}
  const found = names.map((text): Unit | undefined => {
    const target = targetNamed(text, providers)
    return target === undefined ? groupNamed(text, question) : spelt(target)
  })
  return {
    ...how,
    // Those of the targets that are left.
    ...(weights === undefined ? {} : { weights: weights.filter((_, place) => usable(found[place])) }),
    pool: name,
    units: found.filter(usable),
  }
}

function usable(unit: Unit | undefined): unit is Unit {
  return unit !== undefined && (!isGroup(unit) || targetsOf(unit).length > 0)
}

export function isGroup(unit: Unit): unit is Group {
  return 'units' in unit
}

function targetsOf({ units }: Group): readonly Target[] {
  return units.flatMap((unit) => (isGroup(unit) ? targetsOf(unit) : [unit]))
}
