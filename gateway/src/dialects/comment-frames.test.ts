import { expect, test } from 'vitest'
import { onlyComments } from './comment-frames.ts'

test.each([
  [': ping\n\n', true],
  [':\n\n: still here\n\n', true],
  [': ping\n\ndata: {}\n\n', false],
  [': ping\ndata: {}\n\n', false],
  ['data: {}\n\n: ping\n\n', false],
  ['event: x\ndata: {}\n\n', false],
  ['', false],
])('%j says nothing: %s', (text, nothing) => {
  expect(onlyComments(Buffer.from(text))).toBe(nothing)
})
