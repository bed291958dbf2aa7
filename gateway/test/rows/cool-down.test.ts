/** A provider that refuses for its rate is not ill: it rests as long as it said, and others are asked meanwhile. */

import { describe, expect, test } from 'vitest'
import { BROKEN, OK, type Stage, stages } from './patient.ts'

const { stage } = stages()
const LIMITED = {
  kind: 'status',
  status: 429,
  headers: { 'x-ratelimit-remaining-tokens': '0', 'x-ratelimit-reset-tokens': '1m30s' },
} as const
const both = { config: { models: { both: { targets: ['oa:m', 'an:m'], strategy: 'priority' as const } } } }
const served = async (here: Stage) => (await here.ask('both')).headers.get('x-provider')

describe('a limit of the provider is no failure but a rest', () => {
  test('the target is asked last for as long as the headers say', async () => {
    const here = await stage({}, { an: OK }, both)
    here.oa.answer = LIMITED
    expect(await served(here)).toBe('an')
    here.oa.answer = OK
    here.clock.advance(89_999)
    expect([await served(here), here.count()]).toEqual(['an', 1])
    here.clock.advance(1)
    expect([await served(here), here.count()]).toEqual(['oa', 2])
    expect(await here.state()).toEqual({ state: 'closed', failure_count: 0 })
  })

  test('the target does not rest while another key is left', async () => {
    const here = await stage(
      {},
      { an: OK },
      { ...both, providers: { oa: { apiKeys: ['key-one-1', 'key-two-2'] } } },
    )
    here.oa.answer = ({ headers }) => (headers['authorization']?.includes('one') === true ? LIMITED : BROKEN)
    expect([await served(here), here.count()]).toEqual(['an', 2])
    here.oa.answer = OK
    expect(await served(here)).toBe('oa')
  })

  test('another model of it does not rest', async () => {
    const here = await stage({}, { an: OK }, both)
    here.oa.answer = LIMITED
    await served(here)
    here.oa.answer = OK
    const { headers } = await here.ask('oa:other', { 'x-fallback': 'an:m' })
    expect(headers.get('x-provider')).toBe('oa')
  })

  test('alone it is asked all the same', async () => {
    const here = await stage()
    here.oa.answer = LIMITED
    expect(await here.many(2)).toEqual([429, 429])
    expect(here.count()).toBe(2)
  })
})
