/** The `X-Fallback` request header: targets to try after the chosen ones, `provider:model, provider:model`. */

import type { Target } from '../exchange.ts'
import { headerText } from './header.ts'
import type { Question } from './rule.ts'
import { parseTarget } from './target.ts'

/** More would be a mistake or an attack on the providers. */
const MOST = 16

export function fallbackTargets({ wish, providers }: Question): Target[] {
  const text = headerText(wish.headers['x-fallback'])
  if (text === undefined) return []
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
    .slice(0, MOST)
    .map((item) => parseTarget(item, providers, 'X-Fallback'))
}
