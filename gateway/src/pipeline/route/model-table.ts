/** Names that tell whose they are: the user's own table first, then the one known for all. */

import type { Provider } from '#providers'
import type { Rule } from './rule.ts'
import { inPriority } from './priority.ts'

export interface TableEntry {
  readonly match: RegExp
  /** A provider's name, or a type. */
  readonly provider: string
}

export const byModelTable: Rule = {
  name: 'model-table',
  choose({ wish, rules, providers }) {
    for (const { match, provider: owner } of rules.table ?? []) {
      const found = match.exec(wish.model)
      if (found === null) continue
      const owners = ownersOf(owner, providers)
      // A name whose owner is not here is left to the rules that follow.
      if (owners.length === 0) return undefined
      const model = found.groups?.['model'] ?? wish.model
      return { targets: owners.map((provider) => ({ provider, model })), detail: match.source }
    }
    return undefined
  },
}

/** Several accounts of one type share their models. */
function ownersOf(owner: string, providers: ReadonlyMap<string, Provider>): readonly Provider[] {
  const named = providers.get(owner)
  return named === undefined ? inPriority(providers).filter(({ type }) => type === owner) : [named]
}
