import { crc32 } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { type Frame, type Framer, GatewayError } from '#core'
import { corpus, type CorpusEntry, corpusResponse, NO_CORPUS } from '../../test/corpus.ts'
import { recordedFrames } from '../../test/recorded-frames.ts'
import { eventStreamFramer, packedMessages, wholeFrames } from './index.ts'

const LINES =
  'messageStart {"role":"assistant"}\ncontentBlockDelta {"t":"你好😀"}\nthrottlingException {"message":"slow"}\n'
const FRAMES: Frame[] = [
  { event: 'messageStart', data: '{"role":"assistant"}' },
  { event: 'contentBlockDelta', data: '{"t":"你好😀"}' },
  { event: 'throttlingException', data: '{"message":"slow"}' },
]

function feed(framer: Framer, bytes: Uint8Array, cuts: readonly number[]): Frame[] {
  const frames: Frame[] = []
  let from = 0
  for (const cut of [...cuts, bytes.length]) {
    frames.push(...framer.push(bytes.subarray(from, cut)))
    from = cut
  }
  return [...frames, ...framer.end()]
}

/** A message put together by hand. */
function message(headers: readonly (readonly [name: string, value: string])[], body: string): Buffer {
  const named = Buffer.concat(
    headers.map(([name, value]) =>
      Buffer.concat([
        Buffer.from([name.length]),
        Buffer.from(name),
        Buffer.from([7, 0, value.length]),
        Buffer.from(value),
      ]),
    ),
  )
  const prelude = Buffer.alloc(12)
  prelude.writeUInt32BE(16 + named.length + Buffer.byteLength(body), 0)
  prelude.writeUInt32BE(named.length, 4)
  prelude.writeUInt32BE(crc32(prelude.subarray(0, 8)), 8)
  const all = Buffer.concat([prelude, named, Buffer.from(body)])
  const sum = Buffer.alloc(4)
  sum.writeUInt32BE(crc32(all), 0)
  return Buffer.concat([all, sum])
}

describe('event-stream', () => {
  test('L14 pitfall 241 every byte split gives the same frames', () => {
    const bytes = packedMessages(LINES)
    for (let cut = 0; cut <= bytes.length; cut++)
      expect(feed(eventStreamFramer(), bytes, [cut])).toEqual(FRAMES)
    expect(feed(eventStreamFramer(), bytes, [...bytes.keys()])).toEqual(FRAMES)
  })

  test('pitfall 241 a damaged message is refused: in its head, its headers, its body, its sums', () => {
    const whole = packedMessages('contentBlockDelta {"t":"x"}\n')
    for (let at = 4; at < whole.length; at++) {
      const bytes = Buffer.from(whole)
      bytes[at] = (bytes[at] ?? 0) ^ 1
      expect(() => feed(eventStreamFramer(), bytes, [])).toThrow(GatewayError)
    }
  })

  test('a length that no message has, and one past the bound, are refused as soon as they are read', () => {
    const short = Buffer.alloc(12)
    short.writeUInt32BE(15, 0)
    expect(() => eventStreamFramer().push(short)).toThrow(GatewayError)
    const long = Buffer.alloc(12)
    long.writeUInt32BE(1001, 0)
    expect(() => eventStreamFramer(1000).push(long)).toThrow(/larger/)
  })

  test('pitfall 163 exceptions and errors are frames of their name', () => {
    const exception = message(
      [
        [':message-type', 'exception'],
        [':exception-type', 'modelStreamErrorException'],
      ],
      '{}',
    )
    const error = message(
      [
        [':message-type', 'error'],
        [':error-code', 'InternalError'],
        [':error-message', 'Oops'],
      ],
      '',
    )
    const other = message([[':message-type', 'initial-response']], '{}')
    expect(feed(eventStreamFramer(), Buffer.concat([exception, error, other]), [])).toEqual([
      { event: 'modelStreamErrorException', data: '{}' },
      { event: 'InternalErrorException', data: '{"message":"Oops"}' },
    ])
  })

  test('half a message at the end is none', () => {
    const bytes = packedMessages(LINES)
    expect(feed(eventStreamFramer(), bytes.subarray(0, -1), [])).toEqual(FRAMES.slice(0, 2))
  })

  test('whole frames: pieces end where messages end and add up to the bytes', () => {
    const bytes = packedMessages(LINES)
    const ends = [0]
    for (let at = 0; at < bytes.length; at += bytes.readUInt32BE(at)) ends.push(at + bytes.readUInt32BE(at))
    for (let cut = 0; cut <= bytes.length; cut++) {
      const frames = wholeFrames('event-stream')
      const pieces = [frames.push(bytes.subarray(0, cut)), frames.push(bytes.subarray(cut))]
      const seen = pieces.flatMap((piece) => (piece === undefined ? [] : [Buffer.from(piece)]))
      expect(ends).toContain(seen[0]?.length)
      expect(Buffer.concat(seen).equals(bytes)).toBe(true)
      expect(frames.end()).toBeUndefined()
    }
  })
})

const named = (list: readonly CorpusEntry[]) => list.map((each) => [each.id, each] as const)
const broken = (id: string): boolean => /negative|invalid/.test(id)
const vectors = corpus('bedrock-eventstream-vectors')
const streams = ['bedrock-converse', 'bedrock-invoke']
  .flatMap((folder) => corpus(folder) ?? [])
  .filter(({ format }) => format === 'eventstream')

describe.skipIf(vectors === undefined)(
  `recorded messages${vectors === undefined ? ` (${NO_CORPUS})` : ''}`,
  () => {
    test.each(named((vectors ?? []).filter(({ id }) => !broken(id))))(
      'pitfall 241 vector %s is read',
      (_, each) => {
        expect(feed(eventStreamFramer(), Buffer.from(corpusResponse(each), 'base64'), [5]).length).toBe(1)
      },
    )

    test.each(named((vectors ?? []).filter(({ id }) => broken(id))))(
      'pitfall 241 vector %s is refused',
      (_, each) => {
        const bytes = Buffer.from(corpusResponse(each), 'base64')
        expect(() => feed(eventStreamFramer(), bytes, [])).toThrow(GatewayError)
      },
    )

    test.each(named(streams))('pitfall 241 stream %s is read as by hand', (_, each) => {
      const bytes = Buffer.from(corpusResponse(each), 'base64')
      const cuts = Array.from({ length: 40 }, (__, n) => Math.floor((bytes.length * n) / 40))
      expect(feed(eventStreamFramer(), bytes, cuts)).toEqual(recordedFrames(corpusResponse(each)))
    })
  },
)
