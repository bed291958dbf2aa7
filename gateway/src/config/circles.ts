/** Virtual models that stand for one another without end, or too deep to mean anything. */

import { placeOf, type Origin } from './origin.ts'
import type { Problem } from './problem.ts'
import type { Settings } from './schema.ts'
import { fieldName } from './setting.ts'

const DEEPEST = 8

export function circleProblems(
  { models = {} }: Settings,
  origins: ReadonlyMap<string, Origin>,
): readonly Problem[] {
  const targets = new Map(Object.entries(models).map(([name, model]) => [name, model.targets]))
  return [...targets.keys()].flatMap((name) => {
    const chain = endless([name], targets)
    if (chain === undefined) return []
    const field = `${fieldName(['models', name])}.targets`
    const message = chain.length > DEEPEST ? 'is nested too deep' : 'leads back to itself'
    const where = placeOf(origins.get(field) ?? { source: 'default' })
    return [{ where, field, message: `${message} (${chain.join(' → ')})` }]
  })
}

/** The first way that comes back to where it began, or goes on for too long. */
function endless(
  chain: readonly string[],
  targets: ReadonlyMap<string, readonly string[]>,
): readonly string[] | undefined {
  for (const target of targets.get(chain.at(-1) ?? '') ?? []) {
    if (!targets.has(target)) continue
    const longer = [...chain, target]
    if (target === chain[0] || longer.length > DEEPEST) return longer
    // Another circle on the way is that one's own fault, and told there.
    if (chain.includes(target)) continue
    const found = endless(longer, targets)
    if (found !== undefined) return found
  }
  return undefined
}
