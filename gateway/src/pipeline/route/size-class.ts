/**
 * Claude's sizes for providers that are not Claude's: opus asks for their big models, sonnet for the middle ones, haiku for the small
 * ones. Providers stand in the order of priority; inside a class their models take turns.
 */

import type { Provider } from '#providers'
import type { Target } from '../exchange.ts'
import { inPriority } from './priority.ts'
import type { Rule } from './rule.ts'

/** In the order of a provider's classes. */
const WORDS = ['opus', 'sonnet', 'haiku'] as const
const CLASSES = ['big', 'middle', 'small'] as const

export const bySizeClass: Rule = {
  name: 'size-class',
  choose({ wish, providers }) {
    const size = sizeOf(wish.model)
    if (size === undefined) return undefined
    const targets = inPriority(providers).flatMap((provider) => turnOf(provider, size, wish.dry === true))
    const detail = `${WORDS[size]} → ${CLASSES[size]} models`
    return targets.length === 0 ? undefined : { targets, detail, closed: true }
  },
}

/** Only names of that family have a size: a client that says `gpt-4o` means it. */
function sizeOf(model: string): number | undefined {
  const name = model.toLowerCase()
  if (!/^(?:anthropic\/)?claude|^(?:opus|sonnet|haiku)/.test(name)) return undefined
  const size = WORDS.findIndex((word) => name.includes(word))
  return size === -1 ? undefined : size
}

/** Whose turn it is, for as long as the provider lives. */
const turns = new WeakMap<Provider, number[]>()

function turnOf(provider: Provider, size: number, dry: boolean): Target[] {
  const models = provider.classes[size] ?? []
  if (models.length === 0) return []
  const counts = turns.get(provider) ?? []
  turns.set(provider, counts)
  const turn = counts[size] ?? 0
  if (!dry) counts[size] = (turn + 1) % models.length
  return models.map((_, i) => ({ provider, model: models[(turn + i) % models.length] ?? '' }))
}
