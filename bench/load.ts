/** The load process: takes one job at a time over IPC, runs it, reports. Ends with its parent. */

import { runClosed } from './closed-loop.ts'
import { openAll, requestBytes, type Connection } from './connection.ts'
import type { Job, Outcome, Report } from './job.ts'
import { runOpen } from './open-loop.ts'

/** More bytes than the opening events of any dialect: content has flowed. */
const OPENING_BYTES = 600
const HOLD_LIMIT_MS = 60_000

let held: readonly Connection[] = []

process.on('message', (job: Job) => {
  run(job).then(
    (outcome) => report({ ok: true, outcome }),
    (error: unknown) => report({ ok: false, reason: error instanceof Error ? error.message : String(error) }),
  )
})
process.on('disconnect', () => process.exit(0))

function report(message: Report): void {
  process.send?.(message)
}

function run(job: Job): Promise<Outcome> {
  switch (job.kind) {
    case 'closed':
      return runClosed(job)
    case 'open':
      return runOpen(job)
    case 'hold':
      return hold(job)
    case 'release':
      for (const connection of held) connection.close()
      held = []
      return Promise.resolve({ requests: 0, elapsedMs: 0, reads: 0, latenciesMs: [] })
  }
}

async function hold(job: Extract<Job, { kind: 'hold' }>): Promise<Outcome> {
  const begun = performance.now()
  const opened: Connection[] = []
  held = opened
  let fault: string | undefined
  for (const shot of job.shots) {
    const connections = await openAll(shot.port, Math.floor(job.streams / job.shots.length))
    const bytes = requestBytes(shot)
    for (const connection of connections)
      connection.send(bytes, shot, (why) => (fault = why ?? 'a slow stream ended'))
    opened.push(...connections)
  }
  while (opened.some((connection) => connection.delivered < OPENING_BYTES)) {
    if (fault !== undefined) throw new Error(fault)
    if (performance.now() - begun > HOLD_LIMIT_MS) throw new Error('not every slow stream delivered')
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  if (fault !== undefined) throw new Error(fault)
  return { requests: opened.length, elapsedMs: performance.now() - begun, reads: 0, latenciesMs: [] }
}
