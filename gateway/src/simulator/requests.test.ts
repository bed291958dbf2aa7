import { describe, expect, test } from 'vitest'
import { RequestLog } from './requests.ts'

const FACTS = { method: 'POST', path: '/', headers: {}, startedAt: 0, connection: 1 }

describe('RequestLog', () => {
  test('forgets the oldest beyond its limit but goes on counting', () => {
    const log = new RequestLog(2)
    for (let n = 0; n < 5; n++) log.open(FACTS)
    expect(log.all.map((record) => record.id)).toEqual([4, 5])
    expect(log.count).toBe(5)
  })

  test('forgets the oldest when bodies grow too heavy, never the latest', () => {
    const log = new RequestLog(100)
    const heavy = 'x'.repeat(20 * 1024 * 1024)
    log.setBody(log.open(FACTS), heavy)
    log.setBody(log.open(FACTS), heavy)
    expect(log.all.map((record) => record.id)).toEqual([2])
    log.setBody(log.open(FACTS), heavy + heavy)
    expect(log.all.map((record) => record.id)).toEqual([3])
  })

  test('a body that arrives after its record was forgotten weighs nothing', () => {
    const log = new RequestLog(1)
    const early = log.open(FACTS)
    const late = log.open(FACTS)
    log.setBody(early, 'x'.repeat(40 * 1024 * 1024))
    log.setBody(late, 'small')
    log.open(FACTS)
    log.open(FACTS)
    expect(log.all.map((record) => record.id)).toEqual([4])
    log.clear()
    expect(log.all).toEqual([])
  })

  test('shows the requests of one script', () => {
    const log = new RequestLog(10)
    log.open(FACTS).script = 'a'
    log.open(FACTS).script = 'b'
    log.open(FACTS).script = 'a'
    expect(log.to('a').map((record) => record.id)).toEqual([1, 3])
  })
})
