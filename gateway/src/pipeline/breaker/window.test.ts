/** The window against a plain list of everything. */

import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { RollingWindow } from './window.ts'

const event = fc.record({ after: fc.nat({ max: 20_000 }), failed: fc.boolean(), slow: fc.boolean() })

test('it counts what is younger than its length, to the bucket, and forgets the rest', () => {
  fc.assert(
    fc.property(fc.array(event, { maxLength: 100 }), fc.nat({ max: 100_000 }), (events, begun) => {
      const window = new RollingWindow(60_000)
      let now = begun
      const all: { at: number; failed: boolean; slow: boolean }[] = []
      for (const { after, failed, slow } of events) {
        now += after
        all.push({ at: now, failed, slow })
        window.add(now, failed, slow)
        const oldest = Math.floor(now / 6000) - 9
        const kept = all.filter(({ at }) => Math.floor(at / 6000) >= oldest)
        expect(window.sums(now)).toEqual({
          requests: kept.length,
          failures: kept.filter((one) => one.failed).length,
          slow: kept.filter((one) => one.slow).length,
        })
      }
      expect(window.sums(now + 60_000).requests).toBe(0)
    }),
  )
})
