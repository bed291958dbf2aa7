/** What Linux tells about processes under /proc: who descends from whom, CPU time, resident memory, open sockets. */

import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

/** The kernel's USER_HZ; 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100

export interface ProcStat {
  readonly pid: number
  readonly parent: number
  /** Of the process and of the children it has waited for. */
  readonly cpuSeconds: number
}

/** Two clocks of the same thing: ticks are complete but coarse, nanoseconds miss threads that have ended. */
export interface CpuReading {
  readonly tickSeconds: number
  readonly fineSeconds: number
}

/** A line of /proc/PID/stat. The name in brackets may hold blanks and brackets itself. */
export function parseStat(line: string): ProcStat {
  const nameEnd = line.lastIndexOf(')')
  const fields = line.slice(nameEnd + 2).split(' ')
  // Counted from field 3, the first one after the name: ppid is 4, utime 14, stime 15, cutime 16, cstime 17.
  const field = (number: number): number => Number(fields[number - 3])
  const ticks = field(14) + field(15) + field(16) + field(17)
  if (nameEnd < 0 || !Number.isFinite(ticks)) throw new Error(`not a line of /proc/PID/stat: ${line}`)
  return { pid: Number.parseInt(line, 10), parent: field(4), cpuSeconds: ticks / TICKS_PER_SECOND }
}

/** Bytes from the text of /proc/PID/status. */
export function parseResident(status: string): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]
  if (kilobytes === undefined) throw new Error('no VmRSS in /proc/PID/status')
  return Number(kilobytes) * 1_024
}

/** Seconds on a CPU from a line of schedstat. */
export function parseSchedStat(line: string): number {
  return Number(line.split(' ')[0]) / 1e9
}

/** CPU spent between two readings: the fine clock, unless a thread took its share out of it. */
export function cpuBetween(before: CpuReading, after: CpuReading): number {
  const fine = after.fineSeconds - before.fineSeconds
  const ticks = after.tickSeconds - before.tickSeconds
  return Math.abs(fine - ticks) <= 0.03 + ticks * 0.02 ? fine : ticks
}

/** The process and everything below it. */
export function family(root: number): readonly number[] {
  const children = new Map<number, number[]>()
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue
    const stat = readIfThere(`/proc/${entry}/stat`)
    if (stat === undefined) continue
    const { pid, parent } = parseStat(stat)
    children.set(parent, [...(children.get(parent) ?? []), pid])
  }
  const found = [root]
  for (const pid of found) found.push(...(children.get(pid) ?? []))
  return found
}

export function readCpu(pids: readonly number[]): CpuReading {
  let tickSeconds = 0
  let fineSeconds = 0
  for (const pid of pids) {
    tickSeconds += parseStat(readFileSync(`/proc/${pid}/stat`, 'utf8')).cpuSeconds
    for (const task of readdirSync(`/proc/${pid}/task`)) {
      const line = readIfThere(`/proc/${pid}/task/${task}/schedstat`)
      if (line !== undefined) fineSeconds += parseSchedStat(line)
    }
  }
  return { tickSeconds, fineSeconds }
}

/** Busy seconds of all CPUs, from the first line of /proc/stat: all but idle and waiting for disks. */
export function parseBusy(text: string): number {
  const [user = NaN, nice = NaN, system = NaN, , , irq = NaN, softirq = NaN] = (
    /^cpu +(.*)$/m.exec(text)?.[1] ?? ''
  )
    .split(' ')
    .map(Number)
  const ticks = user + nice + system + irq + softirq
  if (!Number.isFinite(ticks)) throw new Error('no cpu line in /proc/stat')
  return ticks / TICKS_PER_SECOND
}

/** Seconds of CPU, since the machine started, that were none of ours: neither this process nor anything below it. */
export function foreignSeconds(): number {
  return parseBusy(readFileSync('/proc/stat', 'utf8')) - readCpu(family(process.pid)).tickSeconds
}

export function readResident(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + parseResident(readFileSync(`/proc/${pid}/status`, 'utf8')), 0)
}

export function countSockets(pids: readonly number[]): number {
  return pids
    .flatMap((pid) => readdirSync(`/proc/${pid}/fd`).map((fd) => linkIfThere(`/proc/${pid}/fd/${fd}`)))
    .filter((target) => target.startsWith('socket:')).length
}

/** Processes and threads may end between listing and reading. */
function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

function linkIfThere(path: string): string {
  try {
    return readlinkSync(path)
  } catch {
    return ''
  }
}
