import { expect, test } from 'vitest'
import { ChangeQueue } from './change-queue.ts'

test('one after the other, in the order of coming, whatever fails between', async () => {
  const queue = new ChangeQueue()
  const seen: string[] = []
  const work = (name: string, fails = false) =>
    queue.run(async () => {
      seen.push(`${name} begins`)
      await Promise.resolve()
      seen.push(`${name} ends`)
      if (fails) throw new Error(name)
      return name
    })
  const results = await Promise.allSettled([work('a'), work('b', true), work('c')])
  expect(seen).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends'])
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
})

test('the line is bounded, and open again when it has moved on', async () => {
  const queue = new ChangeQueue()
  const all = Array.from({ length: 1000 }, () => queue.run(() => Promise.resolve()))
  await expect(queue.run(() => Promise.resolve())).rejects.toMatchObject({ type: 'busy', status: 503 })
  await Promise.all(all)
  await expect(queue.run(() => Promise.resolve('in'))).resolves.toBe('in')
})
