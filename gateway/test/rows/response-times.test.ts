/** Row L16: the statistics tell when an answer began and when it was over, whoever asked and however it came. */

import { describe, expect, test } from 'vitest'
import { type JsonObject, objectOf } from '#core'
import type { RecordedRequest } from '#simulator'
import { VirtualClock } from '../virtual-clock.ts'
import { ROADS } from './client-dialects.ts'
import { type Row, rows } from './row.ts'

const open = rows()
const FIRST_MS = 2000
const REST_MS = 3000

/** Everybody that the one request is counted for. */
async function countedIn(row: Row, provider: string): Promise<Readonly<Record<string, JsonObject>>> {
  const own = (await row.ask(`/api/providers/${provider}/stats`)).json
  const only = (table: string) => objectOf(Object.values(objectOf(own[table]) ?? {})[0]) ?? {}
  return {
    provider: own,
    model: only('model_usage'),
    key: only('keys'),
    house: (await row.ask('/api/stats')).json,
  }
}

describe.each(ROADS)('$name', ({ client, first }) => {
  /** The answer begins after a while; the pieces of a stream leave room to be heard one by one. */
  async function stage() {
    const clock = new VirtualClock()
    const row = await open(
      {
        [first]: ({ method }: RecordedRequest) => {
          if (method === 'POST') clock.advance(FIRST_MS)
          return { kind: 'answer', text: 'one two three four', gapMs: 20 }
        },
      },
      { clock, config: { probeMs: 0 } },
    )
    return { clock, row }
  }

  test('L16 of a stream: its first content and its end', async () => {
    const { clock, row } = await stage()
    let heard = 0
    await client.listen(row, 'm', {}, (text) => {
      if (text !== '' && heard++ === 0) clock.advance(REST_MS)
    })
    expect(heard).toBeGreaterThan(1)
    for (const [place, stats] of Object.entries(await countedIn(row, first)))
      expect({ place, stats }).toMatchObject({
        place,
        stats: {
          first_content_time: { count: 1, avg_ms: FIRST_MS },
          response_time: { count: 1, avg_ms: FIRST_MS + REST_MS },
        },
      })
  })

  test('L16 of a whole answer: both are its end', async () => {
    const { row } = await stage()
    expect((await row.post(client.path, client.body('m', false))).status).toBe(200)
    for (const [place, stats] of Object.entries(await countedIn(row, first)))
      expect({ place, stats }).toMatchObject({
        place,
        stats: {
          first_content_time: { count: 1, avg_ms: FIRST_MS },
          response_time: { count: 1, avg_ms: FIRST_MS },
        },
      })
  })

  test('L16 of none that was refused', async () => {
    const row = await open({ [first]: { kind: 'status', status: 400 } }, { config: { probeMs: 0 } })
    expect((await row.post(client.path, client.body('m', true))).status).toBe(400)
    for (const [place, stats] of Object.entries(await countedIn(row, first)))
      expect({ place, stats }).toMatchObject({
        place,
        stats: { request_count: 1, first_content_time: { count: 0 }, response_time: { count: 0 } },
      })
  })
})
