/** What two configurations do not have in common. */

import type { Entry } from './inspect.ts'

export interface Difference {
  readonly field: string
  /** Absent: only the other side has it. */
  readonly before?: unknown
  readonly after?: unknown
}

/** By the values as they may be seen: two secrets differ when their fingerprints do. */
export function differences(before: readonly Entry[], after: readonly Entry[]): readonly Difference[] {
  const left = new Map(before.map(({ field, value }) => [field, value]))
  const right = new Map(after.map(({ field, value }) => [field, value]))
  return [...new Set([...left.keys(), ...right.keys()])]
    .toSorted()
    .filter((field) => JSON.stringify(left.get(field)) !== JSON.stringify(right.get(field)))
    .map((field) => ({
      field,
      ...(left.has(field) ? { before: left.get(field) } : {}),
      ...(right.has(field) ? { after: right.get(field) } : {}),
    }))
}
