/** What an answer looks like on the wire, however it is written; Node's own response is the measure. */

import { afterEach, describe, expect, test } from 'vitest'
import { type Answerer, nodeStage, plainStage, type Stage, tell } from '../../../test/plain-stage.ts'
import type { DownstreamResponse } from '../downstream.ts'

let stage: Stage
afterEach(() => stage.close())

const POST = 'POST /m HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\n\r\nabc'
const WIDE = 'grüße 👩‍👩‍👧 \u2028 ÿ'

function latin1(text: string): string {
  return Buffer.from(text).toString('latin1')
}

test('torn off by ourselves, it is over at once, before the connection has told', async () => {
  const seen: boolean[] = []
  stage = await plainStage((request, response) => {
    request.on('data', () => {
      response.writeHead(200)
      response.write('a')
      seen.push(response.destroyed)
      response.destroy()
      seen.push(response.destroyed, response.write('b'))
    })
  })
  const client = await stage.client()
  await client.say(POST)
  await client.until(() => client.closed)
  expect(seen).toEqual([false, true, false])
})

describe('the same as Node', () => {
  test.each<readonly [name: string, write: (response: DownstreamResponse) => void, body: string]>([
    ['text in UTF-8', (response) => response.end(WIDE, 'utf8'), latin1(WIDE)],
    ['bytes as Latin-1', (response) => response.end('\xff\x00\x80', 'latin1'), '\xff\x00\x80'],
    ['nothing', (response) => response.end(), ''],
    ['a piece of text', (response) => void (response.write(WIDE), response.end()), latin1(WIDE)],
    [
      'a piece of bytes',
      (response) => void (response.write(Buffer.from([255, 0, 128])), response.end()),
      '\xff\x00\x80',
    ],
    [
      'an empty piece',
      (response) =>
        void (response.write(''),
        response.write('a'),
        response.write(Buffer.alloc(0)),
        response.write('b'),
        response.end()),
      'ab',
    ],
    ['only empty pieces', (response) => void (response.write(''), response.end()), ''],
    [
      'pieces that look like ends',
      (response) => void (response.write('0\r\n\r\n'), response.write('\r\n'), response.end()),
      '0\r\n\r\n\r\n',
    ],
    [
      'a last word behind pieces',
      (response) => void (response.write('a'), response.end(WIDE, 'utf8')),
      `a${latin1(WIDE)}`,
    ],
    [
      'a last word in Latin-1 behind pieces',
      (response) => void (response.write('a'), response.end('\xff', 'latin1')),
      'a\xff',
    ],
    [
      'a thousand pieces',
      (response) => {
        for (let i = 0; i < 1000; i++) response.write(`${i},`)
        response.end()
      },
      Array.from({ length: 1000 }, (_, i) => `${i},`).join(''),
    ],
  ])('%s, with and without a head, with and without bytes above ASCII in it', async (_, write, body) => {
    const heads: readonly ((response: DownstreamResponse) => unknown)[] = [
      () => undefined,
      (response) => response.writeHead(200, ['x', 'plain']),
      (response) => response.writeHead(200, ['x', '\xff\xe4']),
    ]
    for (const [nth, head] of heads.entries()) {
      const answer: Answerer = (_request, response) => {
        head(response)
        write(response)
      }
      stage = await plainStage(answer)
      const alone = await nodeStage(answer)
      for (const one of [stage, alone]) {
        const client = await one.client()
        await client.say(POST)
        expect(await client.hears(1)).toEqual([body])
        // Node takes the head for UTF-8 when the first piece is empty.
        const sent = one === alone ? client.heard.replace('\xc3\xbf\xc3\xa4', '\xff\xe4') : client.heard
        expect(/\r\nx: (.*)\r\n/.exec(sent)?.[1]).toBe([undefined, 'plain', '\xff\xe4'][nth])
      }
      await alone.close()
      await stage.close()
    }
  })

  test.each<readonly [name: string, value: string]>([
    ['a line break', 'a\r\nx-evil: 1'],
    ['a line feed', 'a\nx-evil: 1'],
    ['a carriage return', 'a\rx-evil: 1'],
    ['a NUL', 'a\0'],
    ['DEL', 'a\x7f'],
    ['a character of more than a byte', 'a\u0100'],
    ['a line break in disguise', 'a\u010d\u010a'],
  ])('a header with %s is refused, and another head can be written instead', async (_, value) => {
    const ways: readonly ((response: DownstreamResponse) => unknown)[] = [
      (response) => response.writeHead(200, ['x-a', 'b', 'x', value, 'content-length', '9']),
      (response) => (response.setHeader('x', value), response.writeHead(200)),
    ]
    for (const way of ways.slice(0, 1)) {
      const answer: Answerer = (_request, response) => {
        expect(() => way(response)).toThrow(/header|character/i)
        expect(response.headersSent).toBe(false)
        response.writeHead(500, ['content-length', '4'])
        response.end('oops', 'latin1')
      }
      stage = await plainStage(answer)
      const alone = await nodeStage(answer)
      for (const one of [stage, alone]) {
        const client = await one.client()
        await client.say(POST)
        expect(await client.hears(1)).toEqual(['500 oops'])
        expect(client.heard).not.toMatch(/evil|x-a/)
        expect(client.heard).toMatch(/connection: keep-alive/i)
      }
      await alone.close()
      await stage.close()
    }
    const [, bySetting] = ways
    stage = await plainStage((_request, response) => {
      expect(() => bySetting?.(response)).toThrow('x')
      response.destroy()
    })
    const client = await stage.client()
    await client.say(POST)
    expect(await client.end()).toEqual([])
  })
})

test('whether the connection will be kept is told once', async () => {
  stage = await plainStage((_, response) => {
    response.writeHead(200, ['connection', 'close', 'content-length', '2'])
    response.end('ok', 'latin1')
  })
  const client = await stage.client()
  await client.say(POST)
  expect(await client.end()).toEqual(['ok'])
  expect(client.heard.match(/^connection: .*$/gm)).toEqual(['connection: close'])
})

test('headers that were set before go out with the head', async () => {
  stage = await plainStage((_, response) => {
    response.setHeader('vary', 'Origin')
    expect([response.hasHeader('vary'), response.hasHeader('origin')]).toEqual([true, false])
    tell(response, 'x', ['x-y', 'z'])
  })
  const client = await stage.client()
  await client.say(POST)
  await client.hears(1)
  expect(client.heard).toContain('\r\nvary: Origin\r\n')
  expect(client.heard).toContain('\r\nx-y: z\r\n')
})

test('a second head is refused', async () => {
  stage = await plainStage((_, response) => {
    response.writeHead(200)
    expect(() => response.writeHead(500)).toThrow('out')
    response.end('x', 'latin1')
  })
  const client = await stage.client()
  await client.say(POST)
  expect(await client.hears(1)).toEqual(['x'])
})

test('whoever asks for its end hears of it once, also too late; and what is written then goes nowhere', async () => {
  const heard: string[] = []
  stage = await plainStage((_, response) => {
    response.on('close', () => void heard.push('on'))
    response.once('close', () => void heard.push('once'))
    tell(response, 'x')
    response.on('close', () => void heard.push('between'))
    expect([response.write('y'), response.destroyed]).toEqual([false, true])
    response.end('z', 'latin1')
    setImmediate(() => {
      response.on('close', () => void heard.push('late'))
      response.end('z', 'latin1')
    })
  })
  const client = await stage.client()
  await client.say(POST)
  expect(await client.hears(1)).toEqual(['x'])
  await expect.poll(() => heard.toSorted()).toEqual(['between', 'late', 'on', 'once'])
  client.socket.destroy()
  await expect.poll(() => stage.plain.size).toBe(0)
  expect(heard).toHaveLength(4)
})

test('destroyed in the middle, it is cut off and told once', async () => {
  stage = await plainStage((_, response) => {
    response.writeHead(200)
    response.write('x')
    setImmediate(() => response.destroy())
  })
  const client = await stage.client()
  await client.say(POST)
  await client.end()
  expect(client.heard).not.toContain('0\r\n\r\n')
  expect(stage.closes).toEqual([1])
})
