/** The rules of resolution in the order of precedence (requirements R9); each rule in its own file. */

import { GatewayError } from '#core'
import type { Provider } from '#providers'
import type { Route, Target } from '../exchange.ts'
import { byDefault } from './default.ts'
import { fallbackTargets } from './fallback-header.ts'
import { byHeader } from './header.ts'
import { byPrefix } from './prefix.ts'
import type { RouteRules, Rule, Wish } from './rule.ts'
import { byVirtualModel } from './virtual-model.ts'

const RULES: readonly Rule[] = [byPrefix, byHeader, byVirtualModel, byDefault]

export function resolve(wish: Wish, rules: RouteRules, providers: ReadonlyMap<string, Provider>): Route {
  const question = { wish, rules, providers }
  for (const rule of RULES) {
    const choice = rule.choose(question)
    if (choice !== undefined) {
      const targets = withoutRepeats([...choice.targets, ...fallbackTargets(question)])
      const considered = targets.map(({ provider, model }) => ({ provider: provider.name, model }))
      return { targets, reason: rule.name, considered }
    }
  }
  throw new GatewayError('unavailable', 'No provider is configured that could serve this request.')
}

function withoutRepeats(targets: readonly Target[]): Target[] {
  return targets.filter(
    (target, i) =>
      targets.findIndex((other) => other.provider === target.provider && other.model === target.model) === i,
  )
}
