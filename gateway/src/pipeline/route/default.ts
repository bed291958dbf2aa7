/** The default provider takes the name as it stands: configured name, else lowest priority number, else first. */

import type { Provider } from '#providers'
import type { Rule } from './rule.ts'

export const byDefault: Rule = {
  name: 'default',
  choose({ wish, rules, providers }) {
    const provider = effectiveDefault(rules.defaultProvider, providers)
    return provider === undefined ? undefined : { targets: [{ provider, model: wish.model }] }
  },
}

export function effectiveDefault(
  name: string | undefined,
  providers: ReadonlyMap<string, Provider>,
): Provider | undefined {
  const named = name === undefined ? undefined : providers.get(name)
  if (named !== undefined) return named
  let best: Provider | undefined
  for (const provider of providers.values()) {
    if (best === undefined || provider.priority < best.priority) best = provider
  }
  return best
}
