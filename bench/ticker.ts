/** A worker thread that says when each request of an open loop is due.
 *  `Atomics.wait` wakes within tens of microseconds; a timer of the event loop is up to a millisecond late. */

import { parentPort, workerData } from 'node:worker_threads'

import type { Schedule } from './open-loop.ts'

// The parent hands in nothing else.
const { startMs, gapMs, count } = workerData as Schedule
const cell = new Int32Array(new SharedArrayBuffer(4))

for (let index = 0; index < count; index++) {
  const waitMs = startMs + index * gapMs - monotonicMs()
  if (waitMs > 0) Atomics.wait(cell, 0, 0, waitMs)
  parentPort?.postMessage(index)
}

function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6
}
