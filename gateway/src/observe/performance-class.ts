/** One word for how well somebody does (requirement N16): by the mean time until an answer begins and the share of answers. */

export type PerformanceClass = 'excellent' | 'good' | 'acceptable' | 'poor' | 'critical'

/** Each asks for less than so many milliseconds and for more than such a share. */
const CLASSES: readonly (readonly [name: PerformanceClass, ms: number, share: number])[] = [
  ['excellent', 100, 0.99],
  ['good', 500, 0.95],
  ['acceptable', 1000, 0.9],
  ['poor', 5000, 0.8],
]

export function performanceClass(ms: number, successRate: number): PerformanceClass {
  return CLASSES.find(([, most, least]) => ms < most && successRate > least)?.[0] ?? 'critical'
}
