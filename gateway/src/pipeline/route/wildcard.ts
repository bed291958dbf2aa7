/**
 * Virtual models whose name has a `*`: they take what nothing else was written for, and a `*` in their targets is what the one in the name
 * stood for. Of several that fit, the one with the longest fixed part is asked.
 */

import { ownersIn } from './model-owners.ts'
import type { RouteRules, Rule } from './rule.ts'
import { virtualChoice } from './virtual-model.ts'
import { fixed } from './wildcard-name.ts'

export const byWildcard: Rule = {
  name: 'wildcard',
  choose(question) {
    const { wish, rules, providers } = question
    const found = wildcardFor(wish.model, rules)
    if (found === undefined) return undefined
    // The user's own table names models more closely; the one that all houses have only guesses.
    const own = rules.table?.filter(({ builtIn }) => builtIn !== true) ?? []
    if (ownersIn(own, wish.model, providers) !== undefined) return undefined
    const choice = virtualChoice(found.name, question, found.matched)
    return choice === undefined ? undefined : { ...choice, detail: found.name }
  },
}

function wildcardFor(model: string, { wildcards = [] }: RouteRules) {
  if (wildcards.length === 0) return undefined
  const name = model.toLowerCase()
  const found = wildcards.find(
    (wildcard) =>
      name.length > fixed(wildcard) && name.startsWith(wildcard.before) && name.endsWith(wildcard.after),
  )
  if (found === undefined) return undefined
  const { before, after } = found
  return { name: found.name, matched: model.slice(before.length, model.length - after.length) }
}
