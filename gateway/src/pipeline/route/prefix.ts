/** `provider:model` in the model name itself. The strongest wish there is. */

import type { Rule } from './rule.ts'
import { splitPrefix } from './target.ts'

export const byPrefix: Rule = {
  name: 'prefix',
  choose({ wish, providers }) {
    const target = splitPrefix(wish.model, providers)
    return target === undefined ? undefined : { targets: [target], closed: true }
  },
}
