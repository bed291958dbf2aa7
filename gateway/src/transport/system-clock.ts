/** The real clock. */

import { performance } from 'node:perf_hooks'
import type { Clock } from '#core'
import { CoarseTimers } from './coarse-timers.ts'

/** Waits from here on need not be exact to the millisecond. */
const COARSE_MS = 1000

const now = (): number => performance.now()
const coarse = new CoarseTimers(now)

export const systemClock: Clock = {
  now,
  wall: () => Date.now(),
  timer(ms, ring) {
    if (ms >= COARSE_MS) return coarse.set(ms, ring)
    const timeout = setTimeout(ring, ms)
    return { cancel: () => clearTimeout(timeout) }
  },
}
