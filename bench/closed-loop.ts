/** Closed loop: every connection asks again as soon as it was answered. Measures throughput and CPU, not latency. */

import { openAll, readsOf, requestBytes } from './connection.ts'
import type { Job, Outcome } from './job.ts'

const JOB_LIMIT_MS = 60_000

export async function runClosed(job: Extract<Job, { kind: 'closed' }>): Promise<Outcome> {
  const { shot, requests } = job
  const bytes = requestBytes(shot)
  const connections = await openAll(shot.port, Math.min(job.connections, requests))
  const latenciesMs: number[] = []
  let sent = 0
  const begun = performance.now()
  let limit: NodeJS.Timeout | undefined
  try {
    await new Promise<void>((resolve, reject) => {
      limit = setTimeout(
        () => reject(new Error(`stalled at ${latenciesMs.length} of ${requests}`)),
        JOB_LIMIT_MS,
      )
      for (const connection of connections) {
        const next = (): void => {
          sent++
          const sentAt = performance.now()
          connection.send(bytes, shot, (fault) => {
            if (fault !== undefined) {
              reject(new Error(fault))
              return
            }
            latenciesMs.push(performance.now() - sentAt)
            if (sent < requests) next()
            else if (latenciesMs.length === requests) resolve()
          })
        }
        next()
      }
    })
    return { requests, elapsedMs: performance.now() - begun, reads: readsOf(connections), latenciesMs }
  } finally {
    clearTimeout(limit)
    for (const connection of connections) connection.close()
  }
}
