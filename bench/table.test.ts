import { describe, expect, test } from 'vitest'

import { BARS, judge, type Bar } from './bars.ts'
import { judgeAll, table, verdictTable } from './table.ts'

const lower: Bar = { id: 'start', work: 'w', unit: 's', better: 'lower', bar: 1, stretch: 0.5 }
const higher: Bar = { id: 'throughput', work: 'w', unit: '×', better: 'higher', bar: 8, stretch: 12 }

describe('judge', () => {
  test.each([
    [lower, 0.5, 'stretch'],
    [lower, 0.51, 'pass'],
    [lower, 1, 'pass'],
    [lower, 1.01, 'MISS'],
    [higher, 12, 'stretch'],
    [higher, 8, 'pass'],
    [higher, 7.99, 'MISS'],
    [higher, undefined, 'not measured'],
    [higher, Number.NaN, 'not measured'],
  ] as const)('%o at %s is %s', (bar, value, verdict) => {
    expect(judge(bar, value)).toBe(verdict)
  })
})

describe('tables', () => {
  test('every bar has its row, measured or not', () => {
    const judged = judgeAll({ start: { value: 0.4, detail: 'five starts' } })
    expect(judged.map(({ bar }) => bar.id)).toEqual(BARS.map(({ id }) => id))
    expect(judged.filter(({ verdict }) => verdict !== 'not measured').map(({ bar }) => bar.id)).toEqual([
      'start',
    ])
  })

  test('a row shows bar, stretch, measured value and verdict', () => {
    const row = verdictTable(judgeAll({ 'memory-1000': { value: 180.4, detail: 'idle 90 MB' } }))
      .split('\n')
      .find((line) => line.includes('1,000 open streams'))
    expect(row?.split('|').map((cell) => cell.trim())).toEqual([
      '',
      'resident memory with 1,000 open streams',
      '≤ 250 MB',
      '≤ 150 MB',
      '180 MB',
      'pass',
      'idle 90 MB',
      '',
    ])
  })

  test('columns are as wide as their widest cell', () => {
    expect(table(['a', 'bb'], [['long', 'x']])).toBe('| a    | bb |\n|------|----|\n| long | x  |')
  })
})
