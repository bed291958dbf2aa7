/**
 * By lot, in proportion to the weights: each draws a waiting time from an exponential law with its weight as rate, and the shortest
 * goes first; the order behind the first is then a draw among the rest. A weight of 0 stands last.
 */

import { byScore, type Strategy } from './strategy.ts'

export const weighted: Strategy = (candidates, facts) =>
  byScore(candidates, (target) => {
    const draw = -Math.log(1 - facts.random())
    const weight = facts.weightOf(target)
    return weight > 0 ? draw / weight : Infinity
  })
