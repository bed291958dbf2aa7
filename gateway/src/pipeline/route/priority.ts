/** Who comes first among equals. */

import type { Provider } from '#providers'

/** Lowest number first, equal ones in the order of configuration. */
export function inPriority(providers: ReadonlyMap<string, Provider>): readonly Provider[] {
  return [...providers.values()].toSorted((a, b) => a.priority - b.priority)
}
