/** Open loop: requests leave at their hour whether or not earlier ones are answered, and latency counts from that
 *  hour, so that a stalled proxy cannot hide the requests it kept from being sent. */

import { Worker } from 'node:worker_threads'

import { openAll, readsOf, requestBytes, type Connection } from './connection.ts'
import type { Job, Outcome } from './job.ts'

export interface Schedule {
  /** On the clock of `process.hrtime`, which all threads share. */
  readonly startMs: number
  readonly gapMs: number
  readonly count: number
}

const CONNECTIONS = 64
const GRACE_MS = 10_000

export async function runOpen(job: Extract<Job, { kind: 'open' }>): Promise<Outcome> {
  const { shot, requests } = job
  const bytes = requestBytes(shot)
  const connections = await openAll(shot.port, CONNECTIONS)
  const idle: Connection[] = [...connections]
  const waitingDueMs: number[] = []
  const latenciesMs: number[] = []
  const schedule: Schedule = { startMs: monotonicMs() + 100, gapMs: 1_000 / job.perSecond, count: requests }
  const ticker = new Worker(new URL('./ticker.ts', import.meta.url), { workerData: schedule })
  const limitMs = requests * schedule.gapMs + GRACE_MS
  let limit: NodeJS.Timeout | undefined
  try {
    await new Promise<void>((resolve, reject) => {
      limit = setTimeout(() => reject(new Error(`stalled at ${latenciesMs.length} of ${requests}`)), limitMs)
      const send = (connection: Connection, dueMs: number): void => {
        connection.send(bytes, shot, (fault) => {
          if (fault !== undefined) {
            reject(new Error(fault))
            return
          }
          latenciesMs.push(monotonicMs() - dueMs)
          const next = waitingDueMs.shift()
          if (next === undefined) idle.push(connection)
          else send(connection, next)
          if (latenciesMs.length === requests) resolve()
        })
      }
      ticker.on('error', reject)
      ticker.on('message', (index: number) => {
        const dueMs = schedule.startMs + index * schedule.gapMs
        // The most recently used connection: the others stay warm only as long as the pool needs them.
        const connection = idle.pop()
        if (connection === undefined) waitingDueMs.push(dueMs)
        else send(connection, dueMs)
      })
    })
    return { requests, elapsedMs: monotonicMs() - schedule.startMs, reads: readsOf(connections), latenciesMs }
  } finally {
    clearTimeout(limit)
    for (const connection of connections) connection.close()
    await ticker.terminate()
  }
}

function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6
}
