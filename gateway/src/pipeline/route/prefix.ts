/** `provider:model` in the model name itself. The strongest wish there is. */

import { choiceOf } from './alias/by-alias.ts'
import type { Rule } from './rule.ts'
import { splitPrefix } from './target.ts'

export const byPrefix: Rule = {
  name: 'prefix',
  choose(question) {
    const { wish, rules, providers } = question
    const target = splitPrefix(wish.model, providers)
    if (target === undefined) return undefined
    // Behind its prefix a provider's own aliases count.
    const end = rules.aliases?.find(target.model, target.provider.name)
    const choice = end === undefined ? undefined : choiceOf(end, question)
    return choice ?? { targets: [target], closed: true }
  },
}
