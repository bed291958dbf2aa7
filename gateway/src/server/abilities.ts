/** What a provider can do: what its language has words for, and what is known of its models. */

import type { Provider } from '#providers'
import type { House } from './context.ts'

export interface Abilities {
  readonly abilities: ReadonlySet<string>
  /** How many models it is known to have. */
  readonly models: number
}

export function abilitiesOf(
  provider: Provider,
  { lists, catalogue }: Pick<House, 'lists' | 'catalogue'>,
): Abilities {
  const { defaultModel, dialect } = provider
  const known = new Set(lists.known(provider) ?? provider.models)
  if (defaultModel !== undefined) known.add(defaultModel)
  const address = { model: defaultModel ?? 'any', stream: false }
  const abilities = new Set<string>(['chat', 'streaming'])
  if (provider.path('generate', address) !== undefined) abilities.add('completion')
  if (provider.path('embed', address) !== undefined) abilities.add('embedding')
  if (dialect.countTokens !== undefined) abilities.add('token-counting')
  for (const model of known)
    for (const ability of catalogue.abilitiesOf({ provider, model }) ?? []) abilities.add(ability)
  return { abilities, models: known.size }
}
