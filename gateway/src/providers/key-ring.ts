/** Round robin over a provider's keys. Process-wide per provider; starts at the first key. */

import type { KeyRing } from './provider.ts'

export function keyRing(keys: readonly string[]): KeyRing {
  let turn = 0
  return {
    size: keys.length,
    next(tried) {
      for (let i = 0; i < keys.length; i++) {
        const key = keys[(turn + i) % keys.length]
        if (key !== undefined && !tried.has(key)) {
          turn = (turn + i + 1) % keys.length
          return key
        }
      }
      return undefined
    },
  }
}
