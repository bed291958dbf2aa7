/** What a connection's last head spares: the next is taken for the same only where reading it would have said the same. */

import { describe, expect, test } from 'vitest'
import { seeded } from '../../../test/seeded.ts'
import { HeadMemory } from './head-memory.ts'
import { plainHead } from './request-head.ts'

const headOf = (length: string, more = 'accept: */*') =>
  `POST /v1/messages HTTP/1.1\r\nhost: a\r\nContent-Length: ${length}\r\n${more}`
const bytesOf = (text: string, body = '') => Buffer.from(`${text}\r\n\r\n${body}`, 'latin1')

function remembering(text: string): HeadMemory {
  const memory = new HeadMemory()
  keep(memory, text)
  return memory
}

function keep(memory: HeadMemory, text: string): void {
  const head = plainHead(text)
  if (head === undefined) throw new Error('This head is not plain.')
  memory.keep(text, head)
}

describe('is recalled', () => {
  test.each(['12', '13', '7', '98765', '0012', '0', '999999999999999'])('with a length of %s', (length) => {
    const memory = remembering(headOf('12'))
    const text = headOf(length)
    const recalled = memory.recall(bytesOf(text, '{"a":1}'))
    expect(recalled?.head).toEqual(plainHead(text))
    expect(recalled?.size).toBe(text.length + 4)
  })

  test('time and again, the object itself while the length stays', () => {
    const memory = remembering(headOf('12'))
    const first = memory.recall(bytesOf(headOf('12')))?.head
    memory.recall(bytesOf(headOf('13')))
    expect(memory.recall(bytesOf(headOf('12')))?.head).toBe(first)
  })

  test('with its length at the end, and bytes above ASCII', () => {
    const text = 'POST /api/chat HTTP/1.1\r\nHost: a\r\nx: \xe4\xff\r\ncontent-length:5'
    const other = text.replace(/5$/, '66')
    expect(remembering(text).recall(bytesOf(other))?.head).toEqual(plainHead(other))
  })
})

describe('is another', () => {
  const known = headOf('12')
  test.each<readonly [name: string, text: string]>([
    ['in one sign', known.replace('a\r\n', 'b\r\n')],
    ['in the case of a name', known.replace('host', 'Host')],
    ['with a header more', `${known}\r\nexpect: 100-continue`],
    ['with a header less', known.replace('\r\naccept: */*', '')],
    ['behind blanks', headOf(' 12')],
    ['before blanks', headOf('12 ')],
    ['without a length', headOf('')],
    ['with a length that is none', headOf('-1')],
    ['with a length of two', headOf('1,2')],
    ['with a length of too many digits', headOf('0000000000000012')],
    ['with a second length', headOf('12\r\ncontent-length: 13')],
  ])('%s', (_, text) => {
    expect(remembering(known).recall(bytesOf(text))).toBeUndefined()
  })

  test('as long as it is not all there', () => {
    const memory = remembering(known)
    const whole = bytesOf(known)
    for (let end = 0; end < whole.length; end++) expect(memory.recall(whole.subarray(0, end))).toBeUndefined()
    expect(memory.recall(whole)).toBeDefined()
  })
})

test('whatever is recalled is what reading says, for a few thousand mutated heads', () => {
  const random = seeded(7)
  const known = headOf('12', 'x-a: 1\r\nx-b: \xe9')
  const memory = remembering(known)
  const signs = ['\r', '\n', '0', '9', ' ', '\t', ':', 'a', '\0', '\xff', '']
  let recalls = 0
  for (let round = 0; round < 4000; round++) {
    const at = Math.floor(random() * known.length)
    const sign = signs[Math.floor(random() * signs.length)] ?? ''
    const text = known.slice(0, at) + sign + known.slice(at + Math.floor(random() * 2))
    const end = text.indexOf('\r\n\r\n')
    const recalled = memory.recall(bytesOf(text))
    if (recalled === undefined) continue
    recalls++
    expect(recalled.head).toEqual(plainHead(end === -1 ? text : text.slice(0, end)))
  }
  expect(recalls).toBeGreaterThan(50)
})

test('a client whose heads differ each time is not remembered for ever', () => {
  const memory = new HeadMemory()
  for (let i = 0; i < 4; i++) keep(memory, headOf('12', `x-id: ${i}`))
  expect(memory.recall(bytesOf(headOf('12', 'x-id: 3')))).toBeDefined()
  for (let i = 0; i < 5; i++) keep(memory, headOf('12', `x-id: ${i}`))
  expect(memory.recall(bytesOf(headOf('12', 'x-id: 4')))).toBeUndefined()
})
