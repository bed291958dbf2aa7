/** Chance that is the same every time. */

import type { Random } from '#core'

/** A Weyl sequence whose steps are stirred twice. */
export function seeded(seed = 1): Random {
  let state = seed
  return () => {
    state = (state + 0x9e3779b9) >>> 0
    let stirred = Math.imul(state ^ (state >>> 16), 0x21f0aaad)
    stirred = Math.imul(stirred ^ (stirred >>> 15), 0x735a2d97)
    return ((stirred ^ (stirred >>> 15)) >>> 0) / 2 ** 32
  }
}
