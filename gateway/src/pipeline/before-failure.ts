/** Finds where in a piece of a stream its failure begins: what stands before it may still pass as it is. */

import type { Framing } from '#dialects'
import { framerOf, type Framers } from './framing.ts'

/** Bytes of the first so many frames and of what says nothing behind them; 0 where that cannot be told. `bytes` begins with a frame. */
export function bytesOfFrames(bytes: Buffer, count: number, framing: Framing, framers: Framers): number {
  const borders = framers.wholeFrames(framing)
  const framer = framerOf(framing, framers)
  let frames = 0
  let end = 0
  for (let at = 0; at < bytes.length;) {
    const to = borders.nextEnd(bytes, at)
    const whole = borders.push(bytes.subarray(at, to))
    at = to
    if (whole === undefined) continue
    try {
      for (const _ of framer.push(whole)) frames++
    } catch {
      // This is the failure.
      break
    }
    if (frames > count) break
    end = to
  }
  return frames < count ? 0 : end
}
