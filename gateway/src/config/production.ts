/** What is not allowed where the gateway serves in earnest. */

import { placeOf, type Origin } from './origin.ts'
import type { Problem } from './problem.ts'
import type { Settings } from './schema.ts'

export function productionProblems(
  { environment, reload = false }: Settings,
  origins: ReadonlyMap<string, Origin>,
): readonly Problem[] {
  if (environment !== 'production' || !reload) return []
  return [
    {
      where: placeOf(origins.get('reload') ?? { source: 'default' }),
      field: 'reload',
      message: 'sources are not watched in production',
      suggestion: 'leave it out, or set ENVIRONMENT=staging',
    },
  ]
}
