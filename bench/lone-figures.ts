/** The figures of Sluice alone: start, memory under open streams, growth over a long mixed load. */

import { STEADY_PER_SECOND } from './figures.ts'
import type { House } from './house.ts'
import type { Job, Shot } from './job.ts'
import { countSockets, family, readResident } from './proc.ts'
import { stop } from './processes.ts'
import {
  sluiceDrips,
  sluiceStream,
  sluiceStreamTranslated,
  sluiceWhole,
  sluiceWholeTranslated,
} from './shots.ts'
import { median, spread } from './statistics.ts'
import type { Finding } from './table.ts'

const STREAMS = 1_000
const SOAK_PAUSE_MS = 200
const MEGABYTE = 1_048_576

export async function startTimes(house: House, count: number): Promise<Finding> {
  const seconds: number[] = []
  // The first one fills the page cache and is not counted.
  for (let index = 0; index <= count; index++) {
    const sluice = await house.startSluice()
    if (index > 0) seconds.push(sluice.startMs / 1_000)
    await stop(sluice.program)
  }
  const { median: value, min, max } = spread(seconds)
  return { value, detail: `${count} starts, ${min.toFixed(2)} to ${max.toFixed(2)} s` }
}

/** A fresh process, so that the figure is not about what earlier rounds left behind. Half the streams are translated. */
export async function memoryUnderStreams(house: House): Promise<Finding> {
  const sluice = await house.startSluice()
  try {
    const pids = family(sluice.program.pid)
    await house.load.run({ kind: 'closed', shot: sluiceWhole(sluice.port), connections: 32, requests: 300 })
    const idle = readResident(pids)
    await house.load.run({ kind: 'hold', shots: sluiceDrips(sluice.port), streams: STREAMS })
    const readings: number[] = []
    for (let index = 0; index < 6; index++) {
      await pause(500)
      readings.push(readResident(pids))
    }
    const sockets = countSockets(pids)
    if (sockets < 2 * STREAMS) throw new Error(`${sockets} sockets cannot carry ${STREAMS} streams both ways`)
    const value = Math.max(...readings) / MEGABYTE
    const each = (Math.max(...readings) - idle) / STREAMS / 1_024
    return { value, detail: `idle ${(idle / MEGABYTE).toFixed(0)} MB, ${each.toFixed(0)} KB per stream` }
  } finally {
    await house.load.run({ kind: 'release' })
    await stop(sluice.program)
  }
}

/** Whole and streamed answers in both lanes and streams that clients leave; the second quarter against the last. */
export async function growth(house: House, minutes: number): Promise<Finding> {
  const sluice = await house.startSluice()
  try {
    const pids = family(sluice.program.pid)
    const readings: { readonly atMs: number; readonly bytes: number; readonly sockets: number }[] = []
    const begun = performance.now()
    const lengthMs = minutes * 60_000
    while (performance.now() - begun < lengthMs) {
      for (const job of mixedLoad(sluice.port)) await house.load.run(job)
      await pause(SOAK_PAUSE_MS)
      readings.push({
        atMs: performance.now() - begun,
        bytes: readResident(pids),
        sockets: countSockets(pids),
      })
    }
    const quarter = (number: number): typeof readings =>
      readings.filter(({ atMs }) => Math.min(3, Math.floor((atMs / lengthMs) * 4)) === number)
    const early = median(quarter(1).map(({ bytes }) => bytes))
    const late = median(quarter(3).map(({ bytes }) => bytes))
    const sockets = [1, 3].map((number) => median(quarter(number).map((reading) => reading.sockets)))
    const megabytes = [early, late].map((bytes) => (bytes / MEGABYTE).toFixed(0))
    return {
      value: Math.max(0, (late / early - 1) * 100),
      detail: `${minutes} min, ${megabytes.join(' → ')} MB, ${sockets.join(' → ')} sockets`,
    }
  } finally {
    await house.load.run({ kind: 'release' })
    await stop(sluice.program)
  }
}

function mixedLoad(port: number): readonly Job[] {
  return [
    { kind: 'open', shot: sluiceWhole(port), perSecond: STEADY_PER_SECOND, requests: 300 },
    ask(sluiceWholeTranslated(port), 500),
    ask(sluiceStream(port), 50),
    ask(sluiceStreamTranslated(port), 50),
    { kind: 'hold', shots: sluiceDrips(port), streams: 20 },
    { kind: 'release' },
  ]
}

function ask(shot: Shot, requests: number): Job {
  return { kind: 'closed', shot, connections: 16, requests }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}
