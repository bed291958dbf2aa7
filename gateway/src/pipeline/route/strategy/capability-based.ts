/**
 * Who is known for it: owners of the model's name first, then a house that has models of all owners. For embeddings and for pictures
 * without such a name, types of provider in the order of their fame; otherwise whoever has least to do.
 */

import type { Standing } from '#providers'
import { leastLoaded, loadOf } from './least-loaded.ts'
import { byScore, type Facts, type Strategy } from './strategy.ts'

export const capabilityBased: Strategy = (candidates, facts) => {
  const { wish, vitals } = facts
  const rankOf = rankingFor(facts)
  const known = candidates.some(({ provider }) => ownership(provider.standing, wish.model) !== undefined)
  if (known && !wish.embeds) {
    return byScore(
      candidates,
      (target) => (ownership(target.provider.standing, wish.model) ?? 2) + loadOf(target, vitals) / MANY,
    )
  }
  if (rankOf === undefined) return leastLoaded(candidates, facts)
  return byScore(candidates, ({ provider }) => rankOf(provider.standing) ?? LAST)
}

const MANY = 1e6
const LAST = 99

/** 0: the name is its own. 1: it has models of that name too. Undefined: the name says nothing of it. */
export function ownership({ names, resells }: Standing, model: string): 0 | 1 | undefined {
  if (names?.test(model) === true) return 0
  return resells?.test(model) === true ? 1 : undefined
}

function rankingFor({ wish }: Facts): ((standing: Standing) => number | undefined) | undefined {
  if (wish.embeds) return (standing) => standing.embeddings
  return wish.vision() ? (standing) => standing.vision : undefined
}
