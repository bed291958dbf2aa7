import { describe, expect, test } from 'vitest'

import { addedLatency, cpuRatio, pairwise, rateRatio } from './figures.ts'
import type { Sample } from './house.ts'

const sample = (variant: string, round: number, own: Partial<Sample>): Sample => ({
  variant,
  round,
  requests: 100,
  elapsedMs: 1_000,
  reads: 100,
  latenciesMs: [],
  ...own,
})

const round = (number: number, directMs: number, sluiceMs: number): readonly Sample[] => [
  sample('direct', number, { latenciesMs: [directMs] }),
  sample('sluice', number, { latenciesMs: [sluiceMs] }),
]

describe('pairwise', () => {
  test('divides within a round, then takes the median over rounds', () => {
    const samples = [
      sample('a', 1, { cpuMicros: 30 }),
      sample('b', 1, { cpuMicros: 10 }),
      sample('a', 2, { cpuMicros: 400 }),
      sample('b', 2, { cpuMicros: 100 }),
      sample('a', 3, { cpuMicros: 50 }),
      sample('b', 3, { cpuMicros: 10 }),
    ]
    expect(pairwise(samples, 'a', 'b', cpuRatio)).toEqual({ median: 4, min: 3, max: 5 })
  })

  test('a rival that did not run gives no figure', () => {
    expect(pairwise([sample('a', 1, {})], 'a', 'b', rateRatio)).toBeUndefined()
  })

  test('rates count requests per time, not time', () => {
    const samples = [sample('a', 1, { requests: 800 }), sample('b', 1, { requests: 200, elapsedMs: 2_000 })]
    expect(pairwise(samples, 'a', 'b', rateRatio)?.median).toBe(8)
  })
})

describe('addedLatency', () => {
  test('leaves out the rounds in which direct requests were slow themselves', () => {
    const steady = [
      ...round(1, 0.5, 1.5),
      ...round(2, 90, 0.5),
      ...round(3, 0.5, 1.25),
      ...round(4, 0.5, 2.5),
    ]
    expect(addedLatency(steady, 2)).toEqual({ value: 1, detail: '3 of 4 rounds were calm, 0.75 to 2.00 ms' })
  })

  test('says nothing when too few rounds were calm', () => {
    const steady = [...round(1, 0.5, 1), ...round(2, 9, 1), ...round(3, 9, 1), ...round(4, 9, 1)]
    expect(addedLatency(steady, 2)).not.toHaveProperty('value')
  })
})
