/** What a client may say on one connection, over real sockets: who answers it, in which order, and that nothing is lost. */

import { randomBytes } from 'node:crypto'
import { afterEach, describe, expect, test } from 'vitest'
import {
  type Answerer,
  CHUNKED,
  type Client,
  echo,
  GET,
  Held,
  plainStage,
  post,
  type Stage,
  tell,
  turn,
} from '../../../test/plain-stage.ts'
import { seeded } from '../../../test/seeded.ts'

let stage: Stage
afterEach(() => stage.close())

async function open(answer?: Answerer): Promise<Client> {
  stage = await plainStage(answer)
  return stage.client()
}

describe('cut anywhere', () => {
  test('one request is one request', async () => {
    const client = await open()
    const text = post('/m', '{"a":"b"}', 'x-y: z\r\n')
    for (let cut = 1; cut < text.length; cut++) {
      const heard = stage.asked.length
      await client.say(text.slice(0, cut))
      await turn()
      await client.say(text.slice(cut))
      await client.hears(heard + 1)
    }
    expect(new Set(client.answers)).toEqual(new Set(['POST /m {"a":"b"}']))
    expect(new Set(stage.asked)).toEqual(new Set(['ours /m']))
  })

  test('a request byte by byte', async () => {
    const client = await open()
    for (const byte of post('/m', 'body')) {
      await client.say(byte)
      await turn()
    }
    expect(await client.hears(1)).toEqual(['POST /m body'])
  })

  test.each([
    ['two', post('/m1', 'one') + post('/m2', 'two')],
    ['three', post('/m1', 'one') + post('/m2') + post('/m3', 'three')],
    ['three, the last for Node', post('/m1', 'one') + post('/m2', 'two') + CHUNKED],
    ['three, the second for Node', post('/m1', 'one') + GET + post('/m3', 'three')],
  ])('%s in a row', async (_, text) => {
    await open()
    const answers = new Set<string>()
    for (let cut = 0; cut < text.length; cut++) {
      const client = await stage.client()
      if (cut > 0) {
        await client.say(text.slice(0, cut))
        await turn()
      }
      await client.say(text.slice(cut))
      answers.add(JSON.stringify(await client.hears(text.match(/HTTP\/1.1/g)?.length ?? 0)))
      client.socket.destroy()
    }
    expect([...answers]).toHaveLength(1)
    expect([...answers][0]).toMatch(/^\["POST \/m1 one",/)
  })

  test('a big body in many pieces, whose bytes are all there', async () => {
    const seen: Buffer[] = []
    const client = await open((request, response) => {
      request.on('data', (piece) => void seen.push(piece))
      request.on('end', () => tell(response, 'all'))
    })
    const body = randomBytes(3_000_000)
    const random = seeded(7)
    await client.say(`POST /m HTTP/1.1\r\nhost: a\r\ncontent-length: ${body.length}\r\n\r\n`)
    for (let at = 0; at < body.length;) {
      const size = Math.ceil(random() ** 4 * 200_000)
      await client.say(body.subarray(at, at + size))
      at += size
    }
    await client.hears(1)
    expect(Buffer.concat(seen).equals(body)).toBe(true)
  })
})

const early: Answerer = (request, response) => {
  if (request.url === '/m401') {
    response.writeHead(401, ['content-length', '2'])
    response.end('no', 'latin1')
  } else if (request.url === '/m413') {
    response.writeHead(413, ['content-length', '2', 'connection', 'close'])
    response.end('no', 'latin1')
  } else echo(request, response)
}

describe('an answer before the whole body is there', () => {
  test('keeps the connection, and the rest of the body is no request', async () => {
    const client = await open(early)
    const request = post('/m401', post('/m', 'smuggled'))
    await client.say(request.slice(0, -30))
    expect(await client.hears(1)).toEqual(['401 no'])
    await client.say(request.slice(-30) + post('/m', 'next'))
    expect(await client.hears(2)).toEqual(['401 no', 'POST /m next'])
    expect(stage.asked).toEqual(['ours /m401', 'ours /m'])
  })

  test('and nobody hears the rest of it', async () => {
    const heard: number[] = []
    const client = await open((request, response) => {
      request.on('data', (piece) => {
        heard.push(piece.length)
        if (!response.headersSent) tell(response, 'enough')
      })
      request.on('end', () => void heard.push(-1))
    })
    const request = post('/m', 'x'.repeat(1000))
    await client.say(request.slice(0, -900))
    await client.hears(1)
    await client.say(request.slice(-900))
    await stage.come(request.length)
    await turn()
    expect(heard).toEqual([100])
  })

  test('or in the middle of hearing it: what is behind it is not begun where the connection ends', async () => {
    const client = await open((request, response) => {
      request.on('data', () => tell(response, 'enough', ['connection', 'close']))
    })
    await client.say(post('/m', 'first') + post('/m', 'next'))
    expect(await client.end()).toEqual(['enough'])
    await turn()
    expect(stage.asked).toEqual(['ours /m'])
  })

  test('and everything in one packet', async () => {
    const client = await open(early)
    await client.say(post('/m401', 'body') + post('/m401') + post('/m', 'next') + GET)
    expect(await client.hears(4)).toEqual(['401 no', '401 no', 'POST /m next', 'GET /m '])
  })

  test('ends the connection, and what comes then is passed over without breaking the answer', async () => {
    const client = await open(early)
    const body = 'x'.repeat(5_000_000)
    const request = post('/m413', body)
    void client.say(request + post('/m', 'next'))
    await client.until(() => client.ended)
    expect(client.answers).toEqual(['413 no'])
    expect(client.heard).toContain('connection: close')
    client.socket.destroy()
    expect(stage.asked).toEqual(['ours /m413'])
  })

  test('a thousand of them in one packet', async () => {
    const client = await open(early)
    await client.say(post('/m401', 'b').repeat(1000) + post('/m', 'last'))
    const answers = await client.hears(1001)
    expect(answers.filter((answer) => answer === '401 no')).toHaveLength(1000)
    expect(answers.at(-1)).toBe('POST /m last')
  })
})

describe('what is not plain is for Node', () => {
  test.each([
    ['GET', GET, 'GET /m '],
    ['chunks', CHUNKED, 'POST /m abcde'],
    ['an expectation', post('/m', 'abc', 'expect: 100-continue\r\n'), 'POST /m abc'],
    ['a WebSocket', 'GET /m HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n', '426'],
    ['another address', post('/other', 'abc'), 'POST /other abc'],
    ['HTTP/1.0', 'POST /m HTTP/1.0\r\ncontent-length: 1\r\n\r\na', 'POST /m a'],
    ['rubbish', 'RUBBISH\r\n\r\n', '400'],
    ['a head too long', post('/m', '', `x: ${'a'.repeat(20_000)}\r\n`), '431'],
    ['a plain one behind another', GET + post('/m', 'then'), 'GET /m ', 'POST /m then'],
  ])('%s', async (_, text, ...answers) => {
    const first = await open()
    await first.say(text)
    expect(await first.hears(answers.length)).toEqual(answers)
    const second = await stage.client()
    await second.say(post('/m1', 'plain'))
    await second.hears(1)
    await second.say(text)
    expect(await second.hears(1 + answers.length)).toEqual(['POST /m1 plain', ...answers])
    const third = await stage.client()
    await third.say(post('/m1', 'plain') + text)
    expect(await third.hears(1 + answers.length)).toEqual(['POST /m1 plain', ...answers])
    expect(stage.asked.filter((one) => one.startsWith('ours'))).toEqual(['ours /m1', 'ours /m1'])
  })

  test('several MB of body, of which some are here, some with the system and some to come', async () => {
    const client = await open()
    stage.server.removeAllListeners('request').on('request', (request, response) => {
      const pieces: Buffer[] = []
      // Slower than it comes, so that it is held back.
      request.on('data', (piece: Buffer) => {
        pieces.push(piece)
        request.pause()
        setImmediate(() => request.resume())
      })
      request.on('end', () => tell(response, `${request.method} ${Buffer.concat(pieces).equals(body)}`))
    })
    const body = randomBytes(6_000_000)
    const head = `POST /other HTTP/1.1\r\nhost: a\r\ncontent-length: ${body.length}\r\n\r\n`
    void client.say(Buffer.concat([Buffer.from(post('/m', 'first') + head), body, Buffer.from(GET)]))
    expect(await client.hears(3)).toEqual(['POST /m first', 'POST true', 'GET false'])
  })

  test('several MB behind a request whose answer takes its time', async () => {
    const held = new Held()
    const client = await open(held.answer)
    const body = randomBytes(6_000_000).toString('latin1')
    void client.say(post('/m', 'first') + post('/other', body) + post('/other', 'last'))
    await expect.poll(() => stage.sockets[0]?.isPaused()).toBe(true)
    tell(await held.nth(0), 'POST /m first')
    const [first, big = '', last] = await client.hears(3)
    expect([first, last]).toEqual(['POST /m first', 'POST /other last'])
    expect(big.length).toBe(Buffer.byteLength(Buffer.from(body, 'latin1').toString()) + 'POST /other '.length)
  })
})

test('a hundred answers leave no listener on the socket', async () => {
  const client = await open((request, response) => {
    request.on('end', () => {
      if (stage.asked.length % 2 === 0) return tell(response, 'x')
      response.writeHead(200)
      // More than a socket takes without a word.
      if (response.write('x'.repeat(200_000))) response.end()
      else response.once('drain', () => response.end())
    })
  })
  await client.say(post('/m'))
  await client.hears(1)
  const [socket] = stage.sockets
  const count = (): unknown[] =>
    socket?.eventNames().map((name) => `${String(name)} ${socket.listenerCount(name)}`) ?? []
  const before = count()
  for (let i = 2; i <= 100; i++) {
    await client.say(post('/m', 'body'))
    await client.hears(i)
  }
  expect(count()).toEqual(before)
})

test('everything at once, from many clients, in any pieces', async () => {
  stage = await plainStage((request, response) => setImmediate(() => echo(request, response)))
  const random = seeded(3)
  const kinds: readonly ((nth: number) => string)[] = [
    (nth) => post(`/m${nth}`, 'x'.repeat(nth * 7)),
    (nth) => post(`/m${nth}`),
    (nth) => post(`/m${nth}`, 'y'.repeat(nth * 10_000)),
    (nth) => `GET /g${nth} HTTP/1.1\r\nhost: a\r\n\r\n`,
  ]
  await Promise.all(
    Array.from({ length: 60 }, async () => {
      const client = await stage.client()
      const requests = Array.from(
        { length: 12 },
        (_, nth) => kinds[Math.floor(random() ** 2 * kinds.length)]?.(nth) ?? '',
      )
      const text = requests.join('')
      for (let at = 0; at < text.length;) {
        const size = Math.ceil(random() ** 6 * 100_000)
        await client.say(text.slice(at, at + size))
        if (random() < 0.5) await turn()
        at += size
      }
      const answers = await client.hears(12)
      expect(answers.map((answer) => /\d+/.exec(answer)?.[0])).toEqual(requests.map((_, nth) => String(nth)))
      client.socket.destroy()
    }),
  )
})

test('the date goes on', async () => {
  const client = await open()
  const dated = async (nth: number) => {
    await client.say(post('/m'))
    await client.hears(nth)
    return Date.parse(
      /date: (.*)\r\n/.exec(client.heard.slice(client.heard.lastIndexOf('HTTP/1.1')))?.[1] ?? '',
    )
  }
  const before = await dated(1)
  let nth = 1
  await expect.poll(() => dated(++nth), { interval: 100, timeout: 10_000 }).toBeGreaterThan(before)
  expect(Math.abs((await dated(++nth)) - Date.now())).toBeLessThan(60_000)
})
