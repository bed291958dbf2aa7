/** A provider's list of models, where one is known, says better than any rule whether it has one (requirement H44). */

import type { Provider } from '#providers'
import { effectiveDefault } from './default.ts'
import { inPriority } from './priority.ts'
import type { RouteRules, Rule } from './rule.ts'

/** The default provider does not list the model, and somebody else does. */
export const byList: Rule = {
  name: 'listed',
  choose({ wish: { model }, rules, providers }) {
    if (rules.known === undefined || providers.size < 2) return undefined
    const standard = effectiveDefault(rules.defaultProvider, providers)
    if (standard === undefined || lists(standard, model, rules) !== false) return undefined
    const owners = inPriority(providers).filter((provider) => lists(provider, model, rules) === true)
    return owners.length === 0 ? undefined : { targets: owners.map((provider) => ({ provider, model })) }
  },
}

/** Undefined: nobody knows. */
export function lists(provider: Provider, model: string, { known }: RouteRules): boolean | undefined {
  const names = known?.(provider)
  if (names === undefined || names.size === 0) return undefined
  return names.has(model) || (provider.spells !== undefined && names.has(provider.spells(model)))
}
