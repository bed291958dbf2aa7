/**
 * The whole house as one pool, when a strategy is configured or the request names one. Without a strategy only a name that says whose
 * it is, and that its owner is not here, goes to a house that resells it; and not when a default provider was named.
 */

import type { Provider } from '#providers'
import type { Target } from '../exchange.ts'
import { servedName } from './fallback/served-name.ts'
import { headerText } from './header.ts'
import { lists } from './listed.ts'
import { inPriority } from './priority.ts'
import type { Rule } from './rule.ts'
import { ownership } from './strategy/capability-based.ts'

export const byStrategy: Rule = {
  name: 'strategy',
  choose({ wish, rules, providers }) {
    const asked = rules.strategy !== undefined || headerText(wish.headers['x-routing-strategy']) !== undefined
    if (asked) {
      const targets = inPriority(providers)
        .filter((provider) => lists(provider, wish.model, rules) !== false)
        .flatMap((provider) => serving(provider, wish.model, providers))
      return targets.length === 0 ? undefined : { targets }
    }
    if (rules.defaultProvider !== undefined) return undefined
    const targets = [...providers.values()]
      .filter(({ standing }) => ownership(standing, wish.model) !== undefined)
      .map((provider) => ({ provider, model: wish.model }))
    return targets.length === 0 ? undefined : { targets, strategy: 'capability_based' }
  },
}

/** Under the name it has there; none where a list of its models says it is not there. */
function serving(provider: Provider, model: string, providers: ReadonlyMap<string, Provider>): Target[] {
  const name = servedName(provider, model, providers)
  return name === undefined ? [] : [{ provider, model: name }]
}
