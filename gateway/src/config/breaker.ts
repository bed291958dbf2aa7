/** The circuit breaker's rules, from the settings; the defaults are the lowest layer of the merge. */

import { milliseconds } from './clocks.ts'
import type { BreakerConfig } from './config.ts'
import type { Settings } from './schema.ts'

export function breakerOf({ circuit_breaker: settings = {} }: Settings): BreakerConfig {
  return {
    enabled: settings.enabled ?? true,
    failures: settings.failure_threshold ?? 1,
    recoveryMs: milliseconds(settings.recovery_timeout ?? 0),
    longestMs: milliseconds(settings.longest_recovery ?? 0),
    errorRate: settings.error_rate ?? 0,
    slowMs: milliseconds(settings.slow_call_seconds ?? 0),
    slowRate: settings.slow_call_rate ?? 0,
    minimumVolume: settings.minimum_volume ?? 1,
    windowMs: milliseconds(settings.window ?? 0),
    trials: settings.success_threshold ?? 1,
    rampUpMs: milliseconds(settings.ramp_up ?? 0),
    perModel: settings.per_model ?? false,
  }
}
