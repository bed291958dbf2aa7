/** Arbitrary bytes, cut anywhere, into every framing: frames or a GatewayError, and never more kept than the bound. */

import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { asGatewayError, type Frame, type Framer, GatewayError } from '#core'
import { eventStreamFramer, ndjsonFramer, packedMessages, sseFramer } from './index.ts'

const LIMIT = 4096
const FRAMERS: readonly (readonly [name: string, open: () => Framer])[] = [
  ['sse', () => sseFramer(LIMIT)],
  ['ndjson', () => ndjsonFramer(LIMIT)],
  ['event-stream', () => eventStreamFramer(LIMIT)],
]

const GOOD: Readonly<Record<string, Buffer>> = {
  sse: Buffer.from('event: a\ndata: {"t":"grüß 👩‍👩‍👧"}\n\n: c\n\ndata: 2\r\n\r\n'),
  ndjson: Buffer.from('{"t":"grüß 👩‍👩‍👧"}\n\n{"b":2}\r\n'),
  'event-stream': packedMessages('messageStart {"role":"assistant"}\nmetadata {"usage":{"inputTokens":1}}\n'),
}

/** What comes out, and the error if there is one. Anything but a GatewayError is the test's own failure. */
function fed(
  framer: Framer,
  bytes: Uint8Array,
  cuts: readonly number[],
): { frames: Frame[]; error?: GatewayError } {
  const frames: Frame[] = []
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].toSorted((a, b) => a - b)
  try {
    let from = 0
    for (const to of [...places, bytes.length]) {
      frames.push(...framer.push(bytes.subarray(from, to)))
      from = to
    }
    frames.push(...framer.end())
    return { frames }
  } catch (thrown) {
    if (!(thrown instanceof GatewayError)) throw thrown
    return { frames, error: asGatewayError(thrown) }
  }
}

const cuts = fc.array(fc.nat({ max: 10_000 }), { maxLength: 12 })

describe.each(FRAMERS)('%s', (name, open) => {
  const good = GOOD[name] ?? Buffer.alloc(0)

  test('arbitrary bytes give frames or a typed error, however they are cut', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), cuts, (bytes, at) => {
        const { frames, error } = fed(open(), bytes, at)
        expect(frames.reduce((sum, { data }) => sum + data.length, 0)).toBeLessThanOrEqual(bytes.length * 3)
        expect(error?.type ?? 'bad-answer').toBe('bad-answer')
      }),
      { numRuns: 500 },
    )
  })

  test('good bytes give the same frames however they are cut', () => {
    const whole = fed(open(), good, [])
    expect(whole.error).toBeUndefined()
    expect(whole.frames.length).toBeGreaterThan(1)
    fc.assert(
      fc.property(cuts, (at) => {
        expect(fed(open(), good, at)).toEqual(whole)
      }),
    )
  })

  test('good bytes with one of them changed give frames or a typed error', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat({ max: 255 }), cuts, (place, value, at) => {
        const bytes = Uint8Array.from(good)
        bytes[place % bytes.length] = value
        const { error } = fed(open(), bytes, at)
        expect(error?.type ?? 'bad-answer').toBe('bad-answer')
      }),
      { numRuns: 500 },
    )
  })

  test('what never ends is refused at the bound, and not gathered until the memory is gone', () => {
    const framer = open()
    // A message of Amazon's that says it is longer than any may be; the others never say how long they are.
    const head =
      name === 'event-stream' ? Buffer.from([0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]) : Buffer.from('data: ')
    const endless = (): void => {
      framer.push(head)
      for (let round = 0; round < 100; round++) framer.push(Buffer.alloc(LIMIT / 4, 'x'))
    }
    expect(endless).toThrow(GatewayError)
  })
})
