import { describe, expect, test } from 'vitest'

import { HttpReader } from './http-reader.ts'

const sized = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello'
const chunked =
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\n\r\n'

function readInPieces(text: string, size: number) {
  const reader = new HttpReader()
  const bytes = Buffer.from(text)
  const messages = []
  for (let at = 0; at < bytes.length; at += size) messages.push(...reader.push(bytes.subarray(at, at + size)))
  return messages
}

describe('HttpReader', () => {
  test.each([1, 2, 7, 10_000])('reads messages back to back in pieces of %i bytes', (size) => {
    const bodies = readInPieces(sized + chunked + sized, size).map((message) => message.body)
    expect(bodies).toEqual(['hello', 'abc0123456789', 'hello'])
  })

  test('gives the start line and ends a message without a body at its head', () => {
    const [first, second] = readInPieces(`GET /a HTTP/1.1\r\nhost: x\r\n\r\n${sized}`, 9)
    expect(first?.startLine).toBe('GET /a HTTP/1.1')
    expect(first?.body).toBe('')
    expect(second?.startLine).toBe('HTTP/1.1 200 OK')
  })

  test('holds a message back until its last byte', () => {
    const reader = new HttpReader()
    expect(reader.push(Buffer.from(chunked.slice(0, -1)))).toEqual([])
    expect(reader.bodyBytes).toBe(13)
    expect(reader.push(Buffer.from('\n'))).toHaveLength(1)
  })

  test('refuses a chunk without a size', () => {
    const reader = new HttpReader()
    expect(() =>
      reader.push(Buffer.from('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n')),
    ).toThrow(/size/)
  })
})
