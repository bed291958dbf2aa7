/** A body that is all there is read at once, and what is told to be too long is refused before it comes. */

import { expect, test } from 'vitest'
import { readJson } from './body.ts'
import { PlainRequest } from './http1/plain-request.ts'

const requestOf = (length: number): PlainRequest =>
  new PlainRequest({
    url: '/',
    headers: { 'content-length': String(length) },
    length,
    persistent: true,
  })

test('a body that has come in one piece is given at once', () => {
  const request = requestOf(7)
  const bytes = Buffer.from('{"a":1}')
  request.push(bytes)
  request.finish()
  expect(readJson(request, 100)).toEqual({ bytes, text: '{"a":1}', wire: { a: 1 } })
})

test('one that is too long is refused at once', () => {
  const request = requestOf(7)
  request.push(Buffer.from('{"a":1}'))
  request.finish()
  expect(() => readJson(request, 6)).toThrow('larger than 6 bytes')
})

test('one that has begun is waited for, in whatever pieces it comes', async () => {
  const request = requestOf(8)
  const whole = Buffer.from('{"a":"ü"}')
  request.push(whole.subarray(0, 3))
  const read = readJson(request, 100)
  expect(read).toBeInstanceOf(Promise)
  request.push(whole.subarray(3))
  request.finish()
  expect(await read).toEqual({ bytes: whole, text: undefined, wire: { a: 'ü' } })
})

test.each([
  [100, 101],
  [99_999, 100_000],
  [150_000, 150_001],
  [10_000_000, 10_000_001],
])('of a limit of %i bytes: a length of %i is refused before anything has come', async (limit, length) => {
  expect(() => readJson(requestOf(length), limit)).toThrow(`larger than ${limit} bytes`)
  const within = requestOf(limit)
  const read = readJson(within, limit)
  within.closed()
  await expect(read).rejects.toMatchObject({ type: 'cancelled' })
})
