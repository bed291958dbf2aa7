/** Every order as likely as any other. */

import { byScore, type Strategy } from './strategy.ts'

export const random: Strategy = (candidates, facts) => byScore(candidates, () => facts.random())
