/** The part of the schema that says when a provider is given a rest, and how it is looked after. */

import { flag, number, seconds, table } from './schema-values.ts'

const count = () => number('a whole number, 1 or more', { min: 1, max: 1_000_000, whole: true })
const share = () => number('a share from 0 to 1', { min: 0, max: 1 })

export const breakerSettings = table({
  enabled: flag().optional(),
  failure_threshold: count().optional(),
  recovery_timeout: seconds().optional(),
  longest_recovery: seconds().optional(),
  error_rate: share().optional(),
  slow_call_seconds: seconds().optional(),
  slow_call_rate: share().optional(),
  minimum_volume: count().optional(),
  window: number('a number of seconds from 1 to 86400', { min: 1, max: 86_400 }).optional(),
  success_threshold: count().optional(),
  ramp_up: seconds().optional(),
  per_model: flag().optional(),
})

/** A probe costs a call: more often than every ten seconds helps nobody. */
export function probeInterval() {
  return seconds().refine(
    (value) => value === 0 || value >= 10,
    'must be 0, for never, or at least 10 seconds',
  )
}
