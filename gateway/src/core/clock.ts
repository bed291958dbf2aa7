/** Time is handed in, so that the road runs under a virtual clock in tests. */

export interface Clock {
  /** Monotonic milliseconds, fractional. */
  now(): number
  /** Epoch milliseconds, for showing only. */
  wall(): number
  /** Runs `ring` once after `ms` unless cancelled. */
  timer(ms: number, ring: () => void): Timer
}

export interface Timer {
  cancel(): void
}

/** Uniform in [0, 1). */
export type Random = () => number
