/** A model name of our own that stands for an ordered list of targets, some of which may be such names themselves. */

import { GatewayError } from '#core'
import type { Target } from '../exchange.ts'
import type { Choice, Group, Question, Rule, Unit } from './rule.ts'
import { knownNames, spelt, targetNamed } from './target.ts'

export const byVirtualModel: Rule = {
  name: 'virtual-model',
  // A name with a star is a pattern: nobody can ask for it itself.
  choose: (question) =>
    question.wish.model.includes('*') ? undefined : virtualChoice(question.wish.model, question),
}

/** `star`: what a `*` in the targets stands for. */
export function virtualChoice(name: string, question: Question, star?: string): Choice | undefined {
  const { rules, providers } = question
  const group = groupNamed(name, question, star)
  if (group === undefined) return undefined
  const targets = targetsOf(group)
  if (targets.length === 0) {
    const names = rules.virtual.get(name) ?? []
    throw new GatewayError(
      'unavailable',
      `No provider of model "${name}" can be used: ${names.join(', ')}. Usable: ${knownNames(providers)}.`,
    )
  }
  const { units, ...how } = group
  return { ...how, targets, ...(units.some(isGroup) ? { units } : {}), closed: true }
}

/** Configuration has seen to it that no group contains itself, and that only names with a star have targets with one. */
function groupNamed(name: string, question: Question, star?: string): Group | undefined {
  const { rules, providers } = question
  const written = rules.virtual.get(name)
  if (written === undefined) return undefined
  const names = star === undefined ? written : written.map((text) => text.replaceAll('*', () => star))
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
