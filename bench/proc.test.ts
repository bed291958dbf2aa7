import { describe, expect, test } from 'vitest'

import {
  cpuBetween,
  family,
  parseBusy,
  parseResident,
  parseSchedStat,
  parseStat,
  readCpu,
  readResident,
} from './proc.ts'

describe('proc', () => {
  test('parseStat finds parent and CPU behind a name with blanks and brackets', () => {
    const line =
      '812 (node (a) b) S 77 812 812 0 -1 4194304 9 0 0 0 150 25 4 1 20 0 11 0 99 1000 200 18446744'
    expect(parseStat(line)).toEqual({ pid: 812, parent: 77, cpuSeconds: 1.8 })
  })

  test('parseStat refuses what is no stat line', () => {
    expect(() => parseStat('nothing')).toThrow(/stat/)
  })

  test('parseResident reads kilobytes as bytes', () => {
    expect(parseResident('Name:\tx\nVmHWM:\t   99 kB\nVmRSS:\t  1500 kB\nThreads:\t1\n')).toBe(1_536_000)
  })

  test('parseSchedStat reads nanoseconds on the CPU', () => {
    expect(parseSchedStat('2500000000 12 7\n')).toBe(2.5)
  })

  test('parseBusy leaves out idle, disk wait and stolen time', () => {
    expect(parseBusy('cpu  100 20 30 4000 500 6 4 77 0 0\ncpu0 1 1 1 1 1 1 1 1 1 1\n')).toBe(1.6)
    expect(() => parseBusy('intr 1 2 3')).toThrow(/cpu/)
  })

  test('cpuBetween takes the fine clock while it agrees with the ticks', () => {
    const before = { tickSeconds: 1, fineSeconds: 1.004 }
    expect(cpuBetween(before, { tickSeconds: 1.1, fineSeconds: 1.107 })).toBeCloseTo(0.103, 9)
  })

  test('cpuBetween falls back to ticks when a thread ended', () => {
    const before = { tickSeconds: 1, fineSeconds: 1 }
    expect(cpuBetween(before, { tickSeconds: 2, fineSeconds: 1.4 })).toBe(1)
  })

  test.runIf(process.platform === 'linux')('reads the running process', () => {
    expect(family(process.pid)).toContain(process.pid)
    expect(readCpu([process.pid]).tickSeconds).toBeGreaterThan(0)
    expect(readResident([process.pid])).toBeGreaterThan(10_000_000)
  })
})
