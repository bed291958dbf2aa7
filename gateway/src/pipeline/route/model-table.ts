/** Names that tell whose they are: the user's own table first, then the one known for all. */

import { ownersIn } from './model-owners.ts'
import type { Rule } from './rule.ts'

export const byModelTable: Rule = {
  name: 'model-table',
  choose({ wish, rules, providers }) {
    const found = ownersIn(rules.table ?? [], wish.model, providers)
    if (found === undefined) return undefined
    const { owners, model, pattern } = found
    return { targets: owners.map((provider) => ({ provider, model })), detail: pattern }
  },
}
