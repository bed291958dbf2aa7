/** The model of a provider that is meant where none is named. */

import type { Provider } from '#providers'
import type { House } from './context.ts'

export async function someModel(provider: Provider, house: House): Promise<string> {
  const own = provider.defaultModel ?? provider.models[0]
  return own ?? (await house.lists.list(provider)).models[0]?.id ?? 'default'
}
