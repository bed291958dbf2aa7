import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { nodeReads } from '../../../test/node-reads.ts'
import { ResponseReader } from './response-reader.ts'
import { WireError } from './wire-error.ts'

const OK = 'HTTP/1.1 200 OK\r\n'
const CHUNKED = `${OK}transfer-encoding: chunked\r\n\r\n`
const KIB = 1024

interface Read {
  readonly heads: string[]
  body: string
  /** How often. */
  complete: number
  clean?: boolean
  error?: string
}

/** One answer read from pieces, as a connection does it; what stands behind the answer makes it unclean however it was cut. */
function read(text: string | Buffer, cuts: readonly number[] = []): Read {
  const bytes = typeof text === 'string' ? Buffer.from(text, 'latin1') : text
  const seen: Read = { heads: [], body: '', complete: 0 }
  const reader = new ResponseReader({
    onHead({ status, length, persistent, keepSeconds, header }) {
      seen.heads.push([status, length, persistent, keepSeconds, header('x')].join(' '))
    },
    onBody: (piece) => void (seen.body += piece.toString('latin1')),
    onComplete(clean) {
      seen.complete++
      seen.clean = clean
      if (!clean) reader.stop()
    },
  })
  reader.expect()
  try {
    let from = 0
    for (const to of [...cuts, bytes.length]) {
      // A piece is the reader's own.
      if (to > from) reader.push(Buffer.from(bytes.subarray(from, to)))
      from = Math.max(from, to)
    }
    reader.end()
  } catch (thrown) {
    if (!(thrown instanceof WireError)) throw thrown
    if (seen.complete > 0) seen.clean = false
    else seen.error = thrown.code
  }
  return seen
}

const WHOLE: readonly (readonly [name: string, text: string, head: string, body: string])[] = [
  ['a length', `${OK}x: 1\r\ncontent-length: 5\r\n\r\nhello`, '200 5 true  1', 'hello'],
  ['no body', `${OK}Content-Length: 0\r\n\r\n`, '200 0 true  ', ''],
  ['a length said twice', `${OK}content-length: 3\r\ncontent-length: 3\r\n\r\nabc`, '200 3 true  ', 'abc'],
  ['chunks', `${CHUNKED}5\r\nhello\r\n6;a=b\r\n world\r\n0\r\n\r\n`, '200 chunked true  ', 'hello world'],
  [
    'hexadecimal',
    `${CHUNKED}0A\r\n0123456789\r\nc\r\nabcdefghijkl\r\n00\r\n\r\n`,
    '200 chunked true  ',
    '0123456789abcdefghijkl',
  ],
  ['trailers', `${CHUNKED}1\r\na\r\n0;x="y z"\r\nsum: 1\r\nb: \r\n\r\n`, '200 chunked true  ', 'a'],
  [
    'line ends in chunks',
    `${CHUNKED}8\r\n\r\n0\r\n\r\n\n\r\n0\r\n\r\n`,
    '200 chunked true  ',
    '\r\n0\r\n\r\n\n',
  ],
  ['an end by closing', `${OK}x:  a, b \t\r\n\r\nhello`, '200 until-close true  a, b', 'hello'],
  ['HTTP/1.0', 'HTTP/1.0 200 OK\r\ncontent-length: 1\r\n\r\na', '200 1 false  ', 'a'],
  [
    'HTTP/1.0 that stays',
    'HTTP/1.0 200 OK\r\nconnection: Keep-Alive\r\ncontent-length: 1\r\n\r\na',
    '200 1 true  ',
    'a',
  ],
  [
    'HTTP/1.0 that stays and goes',
    'HTTP/1.0 200 OK\r\nconnection: keep-alive, close\r\ncontent-length: 1\r\n\r\na',
    '200 1 false  ',
    'a',
  ],
  // RFC 9112 section 6.1: chunks are not of HTTP/1.0, so nobody knows where the answer ends for who is between.
  [
    'HTTP/1.0 in chunks',
    'HTTP/1.0 200 OK\r\nconnection: keep-alive\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n',
    '200 chunked false  ',
    'a',
  ],
  [
    'a farewell',
    `${OK}Connection: x, Close\r\nKeep-Alive: max=3, timeout=7\r\ncontent-length: 1\r\n\r\na`,
    '200 1 false 7 ',
    'a',
  ],
  [
    'announcements',
    `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nlink: a\r\ncontent-length: 9\r\n\r\n${OK}content-length: 1\r\n\r\na`,
    '200 1 true  ',
    'a',
  ],
  ['204', 'HTTP/1.1 204 No Content\r\n\r\n', '204 0 true  ', ''],
  ['304 with the length of another answer', 'HTTP/1.1 304\r\ncontent-length: 5\r\n\r\n', '304 0 true  ', ''],
  // A body there is forbidden; whether one follows all the same nobody knows.
  ['204 with a length', 'HTTP/1.1 204 No Content\r\ncontent-length: 5\r\n\r\n', '204 0 false  ', ''],
  [
    'bytes above ASCII',
    `${OK}x: \xc3\xa0\r\ncontent-length: 2\r\n\r\n\xff\x00`,
    '200 2 true  \xc3\xa0',
    '\xff\x00',
  ],
]

describe('an answer with', () => {
  test.each(WHOLE)('%s', (_, text, head, body) => {
    const whole = read(text)
    expect(whole).toEqual({ heads: [head], body, complete: 1, clean: !head.includes('until') })
    const places = [...Buffer.from(text, 'latin1').keys()]
    for (const cut of places) expect(read(text, [cut])).toEqual(whole)
    expect(read(text, places)).toEqual(whole)
    for (const end of places.slice(0, -1)) {
      const cut = text.slice(0, end)
      // Only what ends by closing is whole wherever it ends.
      if (head.includes('until') && cut.includes('\r\n\r\n')) continue
      expect(read(cut, places)).toMatchObject({ complete: 0, error: 'broken-off' })
    }
    const more = read(`${text}HTTP/1.1 200`, [text.length])
    const all = head.includes('until') ? `${body}HTTP/1.1 200` : body
    expect(more).toMatchObject({ complete: 1, clean: false, body: all })
  })
})

const fill = 'a'.repeat(64 * KIB)
const NOT_HTTP: readonly (readonly [name: string, text: string])[] = [
  ['another protocol', 'SSH-2.0-x\r\n'],
  ['HTTP/2', 'HTTP/2.0 200 OK\r\n\r\n'],
  ['no status', 'HTTP/1.1 OK\r\n\r\n'],
  ['a status of four digits', 'HTTP/1.1 2000 OK\r\n\r\n'],
  ['another protocol from now on', 'HTTP/1.1 101 Switching\r\nupgrade: x\r\n\r\n'],
  ['an announcement of HTTP/1.0', `HTTP/1.0 100 Continue\r\n\r\n${OK}content-length: 0\r\n\r\n`],
  [
    'an announcement that is the last',
    `HTTP/1.1 100 Continue\r\nconnection: close\r\n\r\n${OK}content-length: 0\r\n\r\n`,
  ],
  ['two lengths', `${OK}content-length: 3\r\ncontent-length: 4\r\n\r\nabc`],
  ['two lengths in a line', `${OK}content-length: 3, 4\r\n\r\nabc`],
  ['an empty length', `${OK}content-length:\r\n\r\n`],
  ['a negative length', `${OK}content-length: -1\r\n\r\n`],
  ['a signed length', `${OK}content-length: +1\r\n\r\na`],
  ['a hexadecimal length', `${OK}content-length: 0x1\r\n\r\na`],
  ['a length past all numbers', `${OK}content-length: 9007199254740993\r\n\r\na`],
  ['a length with a space of another alphabet', `${OK}content-length: 5\xa0\r\n\r\nhello`],
  ['a length with a form feed', `${OK}content-length: \f5\r\n\r\nhello`],
  ['a length beside chunks', `${CHUNKED.slice(0, -2)}content-length: 3\r\n\r\n0\r\n\r\n`],
  ['two lengths where no body is', 'HTTP/1.1 204 No\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n'],
  [
    'a length beside chunks where no body is',
    'HTTP/1.1 304 No\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n',
  ],
  ['an unknown coding', `${OK}transfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n`],
  ['chunks hidden from others', `${OK}transfer-encoding: \x0bchunked\r\n\r\n0\r\n\r\n`],
  ['a bare line feed', `${OK}x: 1\ncontent-length: 1\r\n\r\na`],
  ['a bare carriage return', `${OK}x: 1\rcontent-length: 1\r\n\r\na`],
  ['a zero', `${OK}x: \0\r\ncontent-length: 1\r\n\r\na`],
  ['a control character', `${OK}x: \x01\r\ncontent-length: 1\r\n\r\na`],
  ['a delete', `${OK}x: \x7f\r\ncontent-length: 1\r\n\r\na`],
  ['a header folded', `${OK}x: 1\r\n y: 2\r\ncontent-length: 1\r\n\r\na`],
  ['a header without a name', `${OK}: 1\r\ncontent-length: 1\r\n\r\na`],
  ['a header without a colon', `${OK}x\r\ncontent-length: 1\r\n\r\na`],
  ['a space before the colon', `${OK}content-length : 1\r\n\r\na`],
  ['a chunk without a length', `${CHUNKED}\r\nhello\r\n0\r\n\r\n`],
  ['a chunk with a length that is none', `${CHUNKED}5g\r\nhello\r\n0\r\n\r\n`],
  ['a negative chunk', `${CHUNKED}-5\r\nhello\r\n0\r\n\r\n`],
  ['a chunk of 0x', `${CHUNKED}0x5\r\nhello\r\n0\r\n\r\n`],
  ['a space before a length', `${CHUNKED} 5\r\nhello\r\n0\r\n\r\n`],
  ['a space behind a length', `${CHUNKED}5 \r\nhello\r\n0\r\n\r\n`],
  ['a chunk too long', `${CHUNKED}fffffffffffff\r\nhello`],
  ['a chunk longer than it says', `${CHUNKED}4\r\nhello\r\n0\r\n\r\n`],
  ['a chunk shorter than it says', `${CHUNKED}6\r\nhello\r\n0\r\n\r\n`],
  ['a chunk that ends with a line feed', `${CHUNKED}5\r\nhello\n0\r\n\r\n`],
  ['a length that ends with a line feed', `${CHUNKED}5\nhello\r\n0\r\n\r\n`],
  ['a length that ends with a carriage return', `${CHUNKED}5\rhello\r\n0\r\n\r\n`],
  ['a line feed in an extension', `${CHUNKED}5;a\nb\r\nhello\r\n0\r\n\r\n`],
  ['a zero in an extension', `${CHUNKED}5;a=\0\r\nhello\r\n0\r\n\r\n`],
  ['an extension without end', `${CHUNKED}5;${fill}`],
  ['a trailer without a colon', `${CHUNKED}0\r\nx\r\n\r\n`],
  ['a line feed in the trailers', `${CHUNKED}0\r\nx: 1\n\r\n\r\n`],
  ['a line feed instead of trailers', `${CHUNKED}0\r\n\nx: 1\r\n\r\n`],
]

const TOO_LONG: readonly (readonly [name: string, text: string])[] = [
  ['a head without end', `${OK}x: ${fill}`],
  ['a head too long', `${OK}x: ${fill}\r\n\r\n`],
  ['trailers without end', `${CHUNKED}0\r\nx: ${fill}`],
]
const REFUSED = [
  ...NOT_HTTP.map(([name, text]) => [name, text, 'not-http'] as const),
  ...TOO_LONG.map(([name, text]) => [name, text, 'head-too-long'] as const),
]

describe('refused is', () => {
  test.each(REFUSED)('%s', (_, text, code) => {
    const whole = read(text)
    expect(whole).toMatchObject({ complete: 0, error: code })
    const long = text.length > KIB
    const places = [...Buffer.from(text, 'latin1').keys()].filter((place) => !long || place % 997 === 0)
    for (const cut of places) expect(read(text, [cut])).toEqual(whole)
    expect(read(text, places)).toEqual(whole)
  })
})

test('a head is as long as it may be, or too long, however it is cut', () => {
  for (let over = -6; over <= 6; over++) {
    const begin = `${OK}content-length: 0\r\nx: `
    const head = `${begin}${'a'.repeat(64 * KIB - begin.length + over)}\r\n\r\n`
    const whole = read(head)
    expect([over, whole.complete]).toEqual([over, head.length <= 64 * KIB ? 1 : 0])
    for (let cut = head.length - 12; cut < head.length; cut++) expect(read(head, [cut])).toEqual(whole)
  }
})

test('what never ends is refused after a bounded number of bytes', () => {
  for (const begin of ['', `${OK}x: `, `${CHUNKED}5;`, `${CHUNKED}0\r\nx: `]) {
    const reader = new ResponseReader({ onHead() {}, onBody() {}, onComplete() {} })
    reader.expect()
    let pieces = 0
    expect(() => {
      reader.push(Buffer.from(begin))
      while (pieces < 1000) reader.push(Buffer.alloc(KIB, ++pieces % 2 === 0 ? 'b' : 'a'))
    }).toThrow(WireError)
    expect(pieces).toBeLessThanOrEqual(65)
  }
})

// What answers are made of, well and badly.
const STATUS = fc.constantFrom(
  OK,
  OK,
  'HTTP/1.0 200 OK\r\n',
  'HTTP/1.1 204 No\r\n',
  'HTTP/1.1 304 Same\r\n',
  'HTTP/1.1 100 C\r\n\r\nHTTP/1.1 500 X\r\n',
  'HTTP/1.1 200\r\n',
  'HTTP/1.1 205 \r\n',
)
const HEADER = fc.constantFrom(
  'content-length: 5',
  'Content-Length: 5',
  'content-length: 05',
  'content-length: 5 ',
  'content-length: 6',
  'content-length: 5, 5',
  'transfer-encoding: chunked',
  'Transfer-Encoding: Chunked',
  'transfer-encoding: identity',
  'transfer-encoding:chunked',
  'connection: close',
  'connection: keep-alive',
  'keep-alive: timeout=5',
  'x: 1',
  'x:',
  'x : 1',
  ' x: 1',
  'x',
  'x: \xe9',
  'x: \x01',
  'upgrade: h2c',
  'trailer: x',
)
const BODY = fc.constantFrom(
  'hello',
  'hell',
  'hello!',
  '5\r\nhello\r\n0\r\n\r\n',
  '5;a=b\r\nhello\r\n0\r\n\r\n',
  '05\r\nhello\r\n000\r\nx: 1\r\n\r\n',
  '5 \r\nhello\r\n0\r\n\r\n',
  '2\r\nhe\r\n3\r\nllo\r\n0\r\nx\r\n\r\n',
  '',
)
const STRANGE = fc.constantFrom(...'\r\n\0\t :;,=0159afAF"-+_\x7f\x80\xa0\xff'.split(''), '\r\n', '\n', '\r')
const ANSWER = fc
  .tuple(
    STATUS,
    fc.array(HEADER, { maxLength: 3 }),
    BODY,
    fc.array(fc.tuple(fc.nat(), STRANGE, fc.nat({ max: 2 })), { maxLength: 2 }),
  )
  .map(([status, headers, body, changes]) => {
    let text = `${status}${headers.map((header) => `${header}\r\n`).join('')}\r\n${body}`
    for (const [place, put, take] of changes) {
      const at = place % (text.length + 1)
      text = text.slice(0, at) + put + text.slice(at + take)
    }
    return text
  })
const CUTS = fc.array(fc.nat({ max: 200 }), { maxLength: 8 }).map((cuts) => cuts.toSorted((a, b) => a - b))

test('answers of all kinds are read in the same way however they are cut', () => {
  fc.assert(
    fc.property(ANSWER, CUTS, (text, cuts) => {
      expect(read(text, cuts)).toEqual(read(text))
    }),
    { numRuns: 3000 },
  )
})

test('arbitrary bytes give an answer or a typed error, and nothing is told twice', () => {
  const bytes = fc.tuple(
    fc.constantFrom('', OK, `${OK}\r\n`, CHUNKED, `${CHUNKED}5\r\n`),
    fc.uint8Array({ maxLength: 300 }),
  )
  fc.assert(
    fc.property(bytes, CUTS, ([begin, rest], cuts) => {
      const { complete, error, heads, body } = read(Buffer.concat([Buffer.from(begin), rest]), cuts)
      expect(complete + (error === undefined ? 0 : 1)).toBe(1)
      expect(heads.length).toBeLessThanOrEqual(1)
      expect(body.length).toBeLessThanOrEqual(rest.length)
    }),
    { numRuns: 2000 },
  )
})

/** What we take and Node does not, by its error. */
const TAKEN: readonly (readonly [code: RegExp, text: RegExp])[] = [
  // The same length again: RFC 9110 section 8.6 allows it to be read as one.
  [/_CONTENT_LENGTH$/, /content-length:[^]*(?:,|content-length:)/i],
  // What an extension says is nobody's business as long as its line ends where all see it end.
  [/^HPE_/, /[\da-f];[^\r\n]*\r\n/i],
]

test('no answer is whole for us that is broken for Node, nor another one', async () => {
  let whole = 0
  await fc.assert(
    fc.asyncProperty(ANSWER, async (text) => {
      const ours = read(text)
      if (ours.complete === 0 || (ours.clean === false && !ours.heads[0]?.includes('until'))) return
      whole++
      const { status, body, error } = await nodeReads(text)
      if (error !== undefined && TAKEN.some(([code, taken]) => code.test(error) && taken.test(text))) return
      expect({ status, body, error }).toEqual({
        status: Number(ours.heads[0]?.slice(0, 3)),
        body: ours.body,
        error: undefined,
      })
    }),
    { numRuns: 3000 },
  )
  expect(whole).toBeGreaterThan(300)
})
