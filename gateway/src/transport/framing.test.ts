import { describe, expect, test } from 'vitest'
import { type Frame, type Framer, GatewayError } from '#core'
import { ndjsonFramer, sseFramer, wholeFrames } from './index.ts'

const STREAM = 'event: a\ndata: {"t":"你好😀"}\n\n: comment\n\ndata:{"x":\ndata: 1}\n\n'
const EVENTS = ['{"t":"你好😀"}', '{"x":\n1}']

function feed(framer: Framer, bytes: Uint8Array, cuts: readonly number[]): string[] {
  const frames: Frame[] = []
  let from = 0
  for (const cut of [...cuts, bytes.length]) {
    frames.push(...framer.push(bytes.subarray(from, cut)))
    from = cut
  }
  frames.push(...framer.end())
  return frames.map((frame) => frame.data)
}

describe('sse', () => {
  test.each(['\n', '\r\n', '\r'])(
    'L14 pitfall 166 pitfall 167 every byte split with line ending %j gives the same events',
    (ending) => {
      const bytes = Buffer.from(STREAM.replaceAll('\n', ending))
      for (let cut = 0; cut <= bytes.length; cut++) expect(feed(sseFramer(), bytes, [cut])).toEqual(EVENTS)
      expect(feed(sseFramer(), bytes, [...bytes.keys()])).toEqual(EVENTS)
    },
  )

  test('pitfall 168 data without space, several data lines, unknown fields', () => {
    expect(feed(sseFramer(), Buffer.from('id: 7\nretry: 10\nfoo: bar\ndata:{\ndata:"a":1}\n\n'), [])).toEqual(
      ['{\n"a":1}'],
    )
  })

  test('pitfall 169 comments make no events', () => {
    expect(feed(sseFramer(), Buffer.from(': OPENROUTER PROCESSING\n\n: ping\n\n'), [5])).toEqual([])
  })

  test('pitfall 171 the last event counts without its blank line, and a leading BOM is skipped', () => {
    expect(feed(sseFramer(), Buffer.from('\uFEFFdata: 1\n\ndata: 2'), [1, 2])).toEqual(['1', '2'])
  })

  test('an event without end is refused at the bound', () => {
    const framer = sseFramer(100)
    expect(() => framer.push(Buffer.from(`data: ${'x'.repeat(200)}`))).toThrow(GatewayError)
  })
})

describe('ndjson', () => {
  test('L14 pitfall 251 two objects in one piece, one object over several pieces', () => {
    const bytes = Buffer.from('{"a":"你"}\n{"b":2}\r\n\n{"c":3}')
    for (let cut = 0; cut <= bytes.length; cut++) {
      expect(feed(ndjsonFramer(), bytes, [cut])).toEqual(['{"a":"你"}', '{"b":2}', '{"c":3}'])
    }
  })

  test('a line without end is refused at the bound', () => {
    expect(() => ndjsonFramer(10).push(Buffer.from('x'.repeat(11)))).toThrow(GatewayError)
  })
})

describe('whole frames', () => {
  test.each([
    ['sse', '\n'],
    ['sse', '\r\n'],
    ['sse', '\r'],
    ['ndjson', '\n'],
  ] as const)('%s %j: pieces end at frame borders and add up to the bytes', (framing, ending) => {
    const text = framing === 'sse' ? 'data: 1\n\nevent: x\ndata: 2\n\n: c\n\n' : '{"a":1}\n{"b":2}\n'
    const bytes = Buffer.from(text.replaceAll('\n', ending))
    const border = framing === 'sse' ? ending + ending : ending
    for (let cut = 0; cut <= bytes.length; cut++) {
      const frames = wholeFrames(framing)
      const pieces = [frames.push(bytes.subarray(0, cut)), frames.push(bytes.subarray(cut))]
      const seen = pieces.filter((piece) => piece !== undefined).map((piece) => Buffer.from(piece).toString())
      for (const piece of seen) expect(piece.endsWith(border)).toBe(true)
      expect(seen.join('') + Buffer.from(frames.end() ?? []).toString()).toBe(bytes.toString())
    }
  })

  // What is told of a stream whose bytes pass must have passed: it may end, or break off, right there.
  test.each([
    ['sse', '\n'],
    ['sse', '\r\n'],
    ['sse', '\r'],
    ['ndjson', '\n'],
    ['ndjson', '\r\n'],
  ] as const)('%s %j: a frame is told with its bytes, wherever they are cut', (framing, ending) => {
    const text = framing === 'sse' ? 'data: 1\n\n: c\n\nevent: x\ndata: 2\n\n' : '{"a":1}\n\n{"b":2}\n'
    const bytes = Buffer.from(text.replaceAll('\n', ending))
    const newFramer = framing === 'sse' ? sseFramer : ndjsonFramer
    for (let cut = 0; cut < bytes.length; cut++) {
      const framer = newFramer()
      const frames = wholeFrames(framing)
      let passed = ''
      let told = 0
      for (let from = 0, to = cut; from < bytes.length; from = to, to++) {
        const piece = bytes.subarray(from, to)
        passed += frames.push(piece)?.toString() ?? ''
        told += [...framer.push(piece)].length
        expect([cut, told]).toEqual([cut, [...newFramer().push(Buffer.from(passed))].length])
      }
      expect(told).toBe(2)
    }
  })

  // Looked at again with every piece, so long a frame would keep everybody waiting for minutes.
  test.each(['sse', 'ndjson'] as const)(
    '%s: a frame of megabytes comes together from a thousand pieces',
    (framing) => {
      const frames = wholeFrames(framing)
      const framer = framing === 'sse' ? sseFramer() : ndjsonFramer()
      const piece = Buffer.alloc(1024, 'a')
      const begin = Buffer.from('data: ')
      expect([frames.push(begin), framer.push(begin)]).toEqual([undefined, []])
      for (let n = 0; n < 8 * 1024; n++) {
        expect(frames.push(piece)).toBeUndefined()
        expect(framer.push(piece)).toEqual([])
      }
      const size = 6 + 8 * 1024 * 1024
      expect(frames.push(Buffer.from('\n\ndata'))?.length).toBe(size + 2)
      const [frame] = framer.push(Buffer.from('\n\ndata'))
      expect(frame?.data.length).toBe(framing === 'sse' ? size - 6 : size)
    },
  )

  test.each([
    ['sse', 'data: 1\r\n\r\ndata: 2\n\n\ndata: 3\r\r: c\n'],
    ['ndjson', '{"a":1}\n\n{"b":2}\r\n{"c"'],
  ] as const)('%s: byte by byte each frame comes with its last byte', (framing, text) => {
    const bytes = Buffer.from(text)
    const frames = wholeFrames(framing)
    const seen = [...bytes].map((_, at) => frames.push(bytes.subarray(at, at + 1))?.toString())
    expect(seen.map((piece, at) => (piece === undefined ? [] : [[at, piece]])).flat()).toEqual(
      framing === 'sse'
        ? [
            [10, 'data: 1\r\n\r\n'],
            [19, 'data: 2\n\n'],
            [29, '\ndata: 3\r\r'],
          ]
        : [
            [7, '{"a":1}\n'],
            [8, '\n'],
            [17, '{"b":2}\r\n'],
          ],
    )
    expect(frames.end()?.toString()).toBe(framing === 'sse' ? ': c\n' : '{"c"')
  })

  test('half a frame stays back', () => {
    const frames = wholeFrames('sse')
    expect(Buffer.from(frames.push(Buffer.from('data: 1\n\ndata: {"ha')) ?? []).toString()).toBe(
      'data: 1\n\n',
    )
    expect(frames.push(Buffer.from('lf":'))).toBeUndefined()
  })
})
