/** A sample of the schedules `npm run simulate` runs, and bugs planted to see that they would be found. */

import { expect, test } from 'vitest'
import { PLANTS } from './plants.ts'
import { runSchedule } from './schedule.ts'

const SAMPLE = 400

test(`law 12: ${SAMPLE} schedules break no law`, async () => {
  const broken: string[] = []
  for (let seed = 1; seed <= SAMPLE; seed++) broken.push(...(await runSchedule(seed)))
  expect(broken).toEqual([])
}, 60_000)

test.each(PLANTS)(
  'a planted %s is found, and its seed finds it again',
  async (plant) => {
    let found: readonly string[] = []
    let seed = 0
    while (found.length === 0 && seed < 200) found = await runSchedule(++seed, plant)
    expect(found).not.toEqual([])
    expect(await runSchedule(seed, plant)).toEqual(found)
    expect(await runSchedule(seed)).toEqual([])
  },
  60_000,
)

test('the same seed is the same schedule', async () => {
  const [one, two] = [await runSchedule(7), await runSchedule(7)]
  expect(one).toEqual(two)
})
