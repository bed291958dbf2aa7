/** When a circuit opens and how it closes again. */

export interface BreakerRules {
  readonly enabled: boolean
  /** Failures in a row that open it. */
  readonly failures: number
  /** Milliseconds until an open circuit lets a trial through: exactly this the first time, then doubled up to `longestMs`, with jitter. */
  readonly recoveryMs: number
  readonly longestMs: number
  /** Share of failures, from 0 to 1, that opens it; 0 is never. */
  readonly errorRate: number
  /** Milliseconds after which a call counts as slow; 0 is never. */
  readonly slowMs: number
  /** Share of slow calls that opens it. */
  readonly slowRate: number
  /** Calls in the window below which shares mean nothing. */
  readonly minimumVolume: number
  readonly windowMs: number
  /** Good trials that close it. */
  readonly trials: number
  /** Milliseconds over which the share of traffic grows back after that. */
  readonly rampUpMs: number
  /** Whether each model has a circuit of its own. */
  readonly perModel: boolean
}
