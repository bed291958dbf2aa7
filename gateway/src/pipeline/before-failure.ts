/** Finds where in a piece of a stream its failure begins: what stands before it may still pass as it is. */

import type { Framing } from '#dialects'
import { framerOf, type Framers } from './framing.ts'

const LF = 0x0a

/** Bytes of the first so many frames and of what says nothing behind them; 0 where that cannot be told. `bytes` begins with a frame. */
export function bytesOfFrames(bytes: Buffer, count: number, framing: Framing, framers: Framers): number {
  if (count === 0 || framing === 'event-stream') return 0
  const borders = framers.wholeFrames(framing)
  const framer = framerOf(framing, framers)
  let frames = 0
  let end = 0
  for (let at = 0; at < bytes.length;) {
    const feed = bytes.indexOf(LF, at)
    const to = feed === -1 ? bytes.length : feed + 1
    const whole = borders.push(bytes.subarray(at, to))
    at = to
    if (whole === undefined) continue
    frames += framer.push(whole).length
    if (frames > count) return end
    end = to
  }
  return 0
}
