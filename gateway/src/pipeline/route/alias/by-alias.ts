/** An alias of the house or of the default provider; a leading `!` says that the name is meant as it stands. */

import type { Choice, Question, Rule } from '../rule.ts'
import { byVirtualModel } from '../virtual-model.ts'
import { byWildcard } from '../wildcard.ts'
import { effectiveDefault } from '../default.ts'
import { splitPrefix } from '../target.ts'
import type { AliasEnd } from './aliases.ts'

export const byAlias: Rule = {
  name: 'alias',
  choose(question) {
    const { wish, rules } = question
    const end = rules.aliases?.find(wish.model)
    return end === undefined ? undefined : choiceOf(end, question)
  },
}

/** Where an alias leads; undefined when its provider cannot be used. */
export function choiceOf(end: AliasEnd, question: Question): Choice | undefined {
  const { rules, providers, wish } = question
  const detail = end.chain.join(' → ')
  if (end.provider === undefined) {
    const there = { ...question, wish: { ...wish, model: end.model } }
    const group = byVirtualModel.choose(there) ?? byWildcard.choose(there)
    if (group !== undefined) return { ...group, detail }
  }
  const name = end.provider
  const provider =
    name === undefined ? effectiveDefault(rules.defaultProvider, providers) : providers.get(name)
  return provider === undefined ? undefined : { targets: [{ provider, model: end.model }], detail }
}

/** `!name` for the default provider, `!provider:name` for another; nothing is looked up in either. */
export const byLiteral: Rule = {
  name: 'literal',
  choose({ wish, rules, providers }) {
    if (!wish.model.startsWith('!') || wish.model.length === 1) return undefined
    const name = wish.model.slice(1)
    const named = splitPrefix(name, providers)
    if (named !== undefined) return { targets: [named], closed: true }
    const provider = effectiveDefault(rules.defaultProvider, providers)
    return provider === undefined ? undefined : { targets: [{ provider, model: name }] }
  },
}
