/** The real clock. */

import type { Clock } from '#core'

export const systemClock: Clock = {
  now: () => performance.now(),
  wall: () => Date.now(),
  timer(ms, ring) {
    const timeout = setTimeout(ring, ms)
    return { cancel: () => clearTimeout(timeout) }
  },
}
