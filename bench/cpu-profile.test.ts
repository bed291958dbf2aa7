import { describe, expect, test } from 'vitest'

import { byFile, selfTimes, type CpuProfile } from './cpu-profile.ts'

const frame = (functionName: string, url: string, lineNumber: number) => ({ functionName, url, lineNumber })

const profile: CpuProfile = {
  startTime: 1_000,
  nodes: [
    { id: 1, callFrame: frame('(root)', '', -1), children: [2, 5] },
    { id: 2, callFrame: frame('decode', 'file:///home/x/gateway/src/core/a.ts', 9), children: [3, 4] },
    { id: 3, callFrame: frame('decode', 'file:///home/x/gateway/src/core/a.ts', 9) },
    { id: 4, callFrame: frame('', 'file:///home/x/node_modules/undici/lib/b.js', 0) },
    { id: 5, callFrame: frame('(idle)', '', -1) },
  ],
  samples: [2, 3, 4, 5, 3],
  timeDeltas: [10, 20, 30, 40, 50],
}
const all = { fromMicros: 0, toMicros: 1e9 }

describe('selfTimes', () => {
  test('adds the self time of a function over all its callers, and counts a recursion once', () => {
    const decode = selfTimes(profile, all).find(({ name }) => name === 'decode')
    expect(decode).toMatchObject({ place: 'gateway/src/core/a.ts:10', selfMicros: 80, totalMicros: 110 })
  })

  test('names packages by their own path and nameless functions as such', () => {
    expect(selfTimes(profile, all).map(({ name, place }) => `${name} ${place}`)).toContain(
      '(anonymous) undici/lib/b.js:1',
    )
  })

  test('leaves out what lies outside the window', () => {
    const times = selfTimes(profile, { fromMicros: 1_030, toMicros: 1_060 })
    expect(
      times.filter(({ selfMicros }) => selfMicros > 0).map(({ name, selfMicros }) => [name, selfMicros]),
    ).toEqual([
      ['(anonymous)', 30],
      ['decode', 20],
    ])
  })

  test('byFile sums the functions of a file and keeps the engine apart by name', () => {
    expect(byFile(selfTimes(profile, all)).slice(0, 3)).toEqual([
      { file: 'gateway/src/core/a.ts', selfMicros: 80 },
      { file: '(idle)', selfMicros: 40 },
      { file: 'undici/lib/b.js', selfMicros: 30 },
    ])
  })
})
