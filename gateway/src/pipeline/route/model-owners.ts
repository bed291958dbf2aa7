/** Whose a model is by its name, as a table says it. */

import type { Provider } from '#providers'
import { inPriority } from './priority.ts'

export interface TableEntry {
  readonly match: RegExp
  /** A provider's name, or a type. */
  readonly provider: string
  /** Known for all, and not the user's own. */
  readonly builtIn?: true
}

/** The first entry that fits decides; a name whose owner is not here is left to the rules that follow. */
export function ownersIn(
  table: readonly TableEntry[],
  name: string,
  providers: ReadonlyMap<string, Provider>,
): { owners: readonly Provider[]; model: string; pattern: string } | undefined {
  for (const { match, provider } of table) {
    const found = match.exec(name)
    if (found === null) continue
    const owners = ownersOf(provider, providers)
    if (owners.length === 0) return undefined
    return { owners, model: found.groups?.['model'] ?? name, pattern: match.source }
  }
  return undefined
}

/** Several accounts of one type share their models. */
function ownersOf(owner: string, providers: ReadonlyMap<string, Provider>): readonly Provider[] {
  const named = providers.get(owner)
  return named === undefined ? inPriority(providers).filter(({ type }) => type === owner) : [named]
}
