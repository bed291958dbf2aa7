/** Virtual models with a `*` in their name, or in a target: what cannot mean anything is refused. */

import { placeOf, type Origin } from './origin.ts'
import type { Problem } from './problem.ts'
import type { Settings } from './schema.ts'
import { fieldName } from './setting.ts'

export function wildcardProblems(
  { models = {} }: Settings,
  origins: ReadonlyMap<string, Origin>,
): readonly Problem[] {
  return Object.entries(models).flatMap(([name, { targets }]) => {
    const field = `${fieldName(['models', name])}.targets`
    const where = placeOf(origins.get(field) ?? { source: 'default' })
    const stars = name.split('*').length - 1
    const all = targets
      .filter((target) => target.includes('*'))
      .flatMap((target) => misuse(target, stars) ?? [])
    const messages = stars > 1 ? ['has more than one * in its name', ...all] : all
    return messages.map((message) => ({ where, field, message }))
  })
}

function misuse(target: string, stars: number): string | undefined {
  if (stars === 0)
    return `names "${target}", but there is no * in the model’s own name that it could stand for`
  if (/^[^:*]+:/.test(target)) return undefined
  return `names "${target}"; a target with * reads provider:model, as in openai:*`
}
