/** A model name of our own that stands for an ordered list of targets. */

import type { Rule } from './rule.ts'
import { parseTarget } from './target.ts'

export const byVirtualModel: Rule = {
  name: 'virtual-model',
  choose({ wish, rules, providers }) {
    const targets = rules.virtual.get(wish.model)
    if (targets === undefined) return undefined
    return { targets: targets.map((text) => parseTarget(text, providers, `models.${wish.model}`)) }
  },
}
