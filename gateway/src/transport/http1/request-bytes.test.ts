import * as fc from 'fast-check'
import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import type { UpstreamRequest } from '../upstream.ts'
import { RequestWriter } from './request-bytes.ts'
import { WireError } from './wire-error.ts'

const head = (change: Partial<UpstreamRequest>): string =>
  new RequestWriter('a.example:8').bytes({ method: 'POST', path: '/v1', headers: [], body: null, ...change })
    .head

test('the head is what was asked, with what this client says itself', () => {
  expect(head({ headers: ['X-One', '1', 'x-two', 'ÄÖ\t2'], body: '{}' })).toBe(
    'POST /v1 HTTP/1.1\r\nhost: a.example:8\r\nconnection: keep-alive\r\nX-One: 1\r\nx-two: ÄÖ\t2\r\ncontent-length: 2\r\n\r\n',
  )
})

const streamed = (...headers: string[]): string =>
  new RequestWriter('a').bytes({ method: 'POST', path: '/', headers, body: Readable.from([]) }).head

describe('the length is that of the bytes', () => {
  test.each([
    ['POST', null, 'content-length: 0'],
    ['GET', null, undefined],
    ['DELETE', null, undefined],
    ['POST', '', 'content-length: 0'],
    ['DELETE', 'ab', 'content-length: 2'],
    ['POST', 'ä€😀', 'content-length: 9'],
    // Half a letter is sent as the sign for what is no letter.
    ['POST', '\ud83d', 'content-length: 3'],
    ['POST', Buffer.from('ä€😀'), 'content-length: 9'],
    ['POST', new Uint8Array(5).subarray(1, 3), 'content-length: 2'],
  ] as const)('%s %j', (method, body, line) => {
    const lines = head({ method, body, headers: ['content-length', '77', 'Content-Length', 'x'] }).split(
      '\r\n',
    )
    expect(lines.filter((one) => /^content-length/i.test(one))).toEqual(line === undefined ? [] : [line])
  })

  test('of a body that is still to come it is the one that was told, or none', () => {
    expect(streamed('Content-Length', '12')).toMatch(/keep-alive\r\ncontent-length: 12\r\n\r\n$/)
    expect(streamed()).toMatch(/keep-alive\r\ntransfer-encoding: chunked\r\n\r\n$/)
    for (const wrong of ['', '-1', '1 ', '0x1', '1, 1', '1e3', '9'.repeat(16)])
      expect(() => streamed('content-length', wrong)).toThrow(WireError)
    expect(() => streamed('content-length', '1', 'Content-Length', '2')).toThrow(WireError)
    expect(streamed('content-length', '1', 'Content-Length', '1')).toMatch(/content-length: 1\r\n\r\n$/)
  })
})

test('what concerns the connection is nobody else’s to say', () => {
  const own = ['Host', 'CONNECTION', 'keep-alive', 'Transfer-Encoding', 'upgrade', 'expect', 'TE', 'trailer']
  expect(head({ headers: own.flatMap((name) => [name, 'x']) })).toBe(head({}))
})

describe('refused is', () => {
  const STRAY = ['\r', '\n', '\0', '\x7f', '\x1b', '\u0100', '\u010d', '\u010a', '\u560a', '😀']
  test.each(STRAY)('%j in a value, a name, a path', (stray) => {
    for (const at of ['a%b', '%b', 'a%']) {
      const text = at.replace('%', stray)
      expect(() => head({ headers: ['x', text] })).toThrow(WireError)
      expect(() => head({ headers: [text, 'x'] })).toThrow(WireError)
      expect(() => head({ path: `/${text}` })).toThrow(WireError)
    }
  })

  test.each(['', ' ', 'a b', 'a:', 'ä', 'a(b)', 'a"'])('the name %j', (name) => {
    expect(() => head({ headers: [name, 'x'] })).toThrow(WireError)
  })

  test.each(['', 'v1', 'http://b/', '//b c', '/a b', '/ä', '*', '/a\tb'])('the path %j', (path) => {
    expect(() => head({ path })).toThrow(WireError)
  })
})

test('whatever is asked, the head has one line for each header and ends once', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 8 }),
    fc.constantFrom('content-length', 'host', 'x', 'a\r\nb: c', '\r\n\r\n'),
  )
  fc.assert(
    fc.property(
      text,
      fc.array(text, { maxLength: 6 }),
      fc.option(fc.string({ unit: 'binary' })),
      (path, headers, body) => {
        let bytes: Buffer
        try {
          bytes = Buffer.from(head({ path: `/${path}`, headers, body }), 'latin1')
        } catch (thrown) {
          if (!(thrown instanceof WireError)) throw thrown
          return
        }
        const lines = bytes.toString('latin1').split('\r\n')
        expect(lines.slice(-2)).toEqual(['', ''])
        expect(lines.length).toBeLessThanOrEqual(6 + headers.length / 2)
        expect(lines.slice(0, -2).every((line) => line.length > 0 && !/[\r\n\0]/.test(line))).toBe(true)
        expect(lines.filter((line) => /^(?:content-length|host):/i.test(line)).length).toBe(2)
        expect(lines).toContain(`content-length: ${Buffer.byteLength(body ?? '')}`)
      },
    ),
    { numRuns: 1000 },
  )
})
