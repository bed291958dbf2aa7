import { expect, test } from 'vitest'
import { requestIds } from './request-ids.ts'

test('ids are UUIDs of version 4, each another, also where new ones are drawn', () => {
  const newId = requestIds()
  const other = requestIds()
  const ids = Array.from({ length: 2000 }, () => newId())
  for (const id of ids) expect(id).toMatch(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/)
  expect(new Set([...ids, ...Array.from({ length: 2000 }, () => other())]).size).toBe(4000)
})

test('every digit that is left to chance is: each takes all its values, the variant its four', () => {
  const newId = requestIds()
  const ids = Array.from({ length: 2000 }, () => newId())
  const seen = Array.from({ length: 36 }, (_, at) => new Set(ids.map((id) => id[at])).size)
  const form = 'xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx'
  expect(seen).toEqual(Array.from({ length: 36 }, (_, at) => ({ x: 16, y: 4 })[form[at] ?? ''] ?? 1))
})
