/** What a connection holds while one side is slower than the other: little, and nothing is lost. */

import { connect } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import {
  type Answerer,
  Client,
  Held,
  PATIENCE,
  plainStage,
  type Stage,
  tell,
  turns,
} from '../../../test/plain-stage.ts'

let stage: Stage
afterEach(() => stage.close())

const POST = 'POST /m HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\n\r\nabc'
const KIB = 1024
/** A minute more than a client may take nothing. */
const STALLED = 360_000

async function open(answer?: Answerer): Promise<Client> {
  stage = await plainStage(answer)
  return stage.client()
}

describe('a client that reads slowly', () => {
  const BIG = 'x'.repeat(30_000 * KIB)

  async function slow(answer: Answerer): Promise<Client> {
    const client = await open(answer)
    client.socket.pause()
    await client.say(POST)
    await expect.poll(() => stage.sockets[0]?.writableLength, { interval: 2 }).toBeGreaterThan(KIB)
    return client
  }

  test('gets all of a big answer while it takes any of it, however long that takes', async () => {
    const client = await slow((_, response) => tell(response, BIG))
    let later = PATIENCE.idleMs + 2000
    stage.look(later)
    for (let i = 0; i < 2; i++) {
      const before = client.socket.bytesRead
      client.socket.resume()
      // More than the systems between may hold.
      await client.until(() => client.socket.bytesRead > before + 8000 * KIB)
      client.socket.pause()
      stage.look((later += STALLED))
    }
    expect(client.socket.bytesRead).toBeLessThan(BIG.length)
    client.socket.resume()
    expect((await client.hears(1))[0]?.length).toBe(BIG.length)
  })

  test('and is then waited for as after any other', async () => {
    const client = await slow((_, response) => tell(response, BIG))
    stage.look(PATIENCE.idleMs + 2000)
    client.socket.resume()
    await client.until(() => client.socket.bytesRead > BIG.length)
    await expect.poll(() => stage.sockets[0]?.writableLength, { interval: 2 }).toBe(0)
    stage.look(PATIENCE.idleMs + 4000)
    await client.say(POST)
    await client.hears(2)
  })

  test('is let go when it takes nothing any more', async () => {
    await slow((_, response) => tell(response, BIG))
    stage.look(PATIENCE.idleMs + 2000)
    stage.look(PATIENCE.idleMs + 4000)
    expect(stage.sockets[0]?.destroyed).toBe(false)
    stage.look(PATIENCE.idleMs + STALLED)
    expect(stage.sockets[0]?.destroyed).toBe(true)
  })

  test('is let go as well when it shall go: all is said, and then the connection closed', async () => {
    const client = await slow((_, response) => tell(response, BIG, ['connection', 'close']))
    stage.look(4000)
    stage.look(8000)
    client.socket.resume()
    await client.until(() => client.ended)
    expect(client.answers[0]?.length).toBe(BIG.length)
  })

  const brokenOff: Answerer = (_, response) => {
    response.writeHead(200)
    response.write(BIG)
    response.breakOff?.()
  }

  describe('of an answer that is broken off', () => {
    test('gets all that was said before', async () => {
      const client = await slow(brokenOff)
      stage.look(4000)
      client.socket.resume()
      await client.until(() => client.ended)
      expect(client.heard.endsWith(`${BIG.slice(0, 1000)}\r\n`)).toBe(true)
      expect(client.heard.split('x').length - 1).toBe(BIG.length)
    })

    test('is let go when it takes nothing any more, and nobody waits for it that long', async () => {
      await slow(brokenOff)
      expect(stage.closes).toEqual([1])
      stage.look(4000)
      expect(stage.sockets[0]?.destroyed).toBe(false)
      stage.look(STALLED)
      expect(stage.sockets[0]?.destroyed).toBe(true)
    })
  })

  test('a stream waits for it: nothing is lost', async () => {
    let sent = 0
    const client = await slow((_, response) => {
      response.writeHead(200)
      const go = (): void => {
        while (sent < 400)
          if (!response.write(`${sent++} `.padEnd(64 * KIB))) return response.once('drain', go) as void // only told
        response.end()
      }
      go()
    })
    expect(sent).toBeLessThan(400)
    client.socket.resume()
    const [body = ''] = await client.hears(1)
    expect(body.trim().split(/ +/).map(Number)).toEqual(Array.from({ length: 400 }, (_, nth) => nth))
  })

  const bigAtFirst: Answerer = (_, response) => tell(response, stage.asked.length === 1 ? BIG : 'then')

  test('its next requests wait until it has taken the answer', async () => {
    const client = await slow(bigAtFirst)
    void client.say(POST.repeat(10_000))
    await expect.poll(() => stage.sockets[0]?.isPaused(), { interval: 2 }).toBe(true)
    await turns()
    expect(stage.asked).toHaveLength(1)
    expect(stage.sockets[0]?.bytesRead).toBeLessThan(400 * KIB)
    client.socket.destroy()
  })

  test('and are all answered then', async () => {
    const client = await slow(bigAtFirst)
    void client.say(POST.repeat(5000))
    await expect.poll(() => stage.sockets[0]?.isPaused(), { interval: 2 }).toBe(true)
    client.socket.resume()
    const answers = await client.hears(5001)
    expect([answers[0]?.length, answers.slice(1)]).toEqual([BIG.length, Array(5000).fill('then')])
  })

  test('even those for Node', async () => {
    const client = await slow(bigAtFirst)
    void client.say(`${POST.repeat(2)}GET /m HTTP/1.1\r\nhost: a\r\n\r\n`.repeat(1000))
    await turns()
    client.socket.resume()
    const [big, ...answers] = await client.hears(3001)
    expect([big?.length, answers.length]).toEqual([BIG.length, 3000])
    expect(answers.slice(0, 5)).toEqual(['then', 'then', 'GET /m ', 'POST /m abc', 'POST /m abc'])
    expect(stage.asked.slice(0, 5)).toEqual(['ours /m', 'ours /m', 'ours /m', 'node GET /m', 'node POST /m'])
  })
})

describe('a client that reads nothing of an answer of Node', () => {
  const GET = 'GET /m HTTP/1.1\r\nhost: a\r\n\r\n'

  async function slow(length: number): Promise<Client> {
    stage = await plainStage(undefined, (_, response) => tell(response, 'x'.repeat(length)))
    const client = await stage.client()
    client.socket.pause()
    await client.say(GET)
    await expect.poll(() => stage.asked.length, { interval: 2 }).toBe(1)
    await turns()
    return client
  }

  test('is let go when it takes nothing any more, and not before', async () => {
    await slow(30_000 * KIB)
    expect(stage.sockets[0]?.writableLength).toBeGreaterThan(KIB)
    stage.look(STALLED - 120_000)
    expect(stage.sockets[0]?.destroyed).toBe(false)
    stage.look(STALLED)
    expect(stage.sockets[0]?.destroyed).toBe(true)
  })

  test('gets all of it while it takes any of it, however long that takes', async () => {
    const client = await slow(30_000 * KIB)
    for (let later = STALLED, i = 0; i < 2; i++, later += STALLED) {
      const before = client.socket.bytesRead
      client.socket.resume()
      // More than the systems between may hold.
      await client.until(() => client.socket.bytesRead > before + 8000 * KIB)
      client.socket.pause()
      await turns()
      stage.plain.look(performance.now() + later)
      expect(stage.sockets[0]?.destroyed).toBe(false)
    }
    client.socket.resume()
    expect((await client.hears(1))[0]?.length).toBe(30_000 * KIB)
  })

  test('is left to Node where the system has taken all of it', async () => {
    const client = await slow(3)
    stage.look(2 * STALLED)
    expect(stage.sockets[0]?.destroyed).toBe(false)
    client.socket.destroy()
  })
})

test('a client of Node that has been told all and does not go is left soon', async () => {
  stage = await plainStage()
  const client = new Client(connect({ port: stage.port, host: '127.0.0.1', allowHalfOpen: true }))
  await client.say('RUBBISH\r\n\r\n')
  await client.until(() => client.ended)
  expect(client.answers).toEqual(['400'])
  await turns()
  stage.look(1000)
  expect(stage.sockets[0]?.destroyed).toBe(false)
  stage.look(4000)
  expect(stage.sockets[0]?.destroyed).toBe(true)
  client.socket.destroy()
})

describe('a client that says too much', () => {
  test('while its answer waits: little is kept, nothing is lost', async () => {
    const held = new Held()
    const client = await open(held.answer)
    void client.say(POST.repeat(30_000))
    const response = await held.nth(0)
    await expect.poll(() => stage.sockets[0]?.isPaused(), { interval: 2 }).toBe(true)
    await turns()
    expect(stage.sockets[0]?.bytesRead).toBeLessThan(400 * KIB)
    expect(held.requests).toHaveLength(1)
    tell(response, 'x')
    await held.nth(1)
    client.socket.destroy()
  })

  test('and leaves with the last word: that is heard', async () => {
    const held = new Held()
    const client = await open(held.answer)
    void client.say(POST.repeat(30_000))
    const response = await held.nth(0)
    await expect.poll(() => stage.sockets[0]?.isPaused(), { interval: 2 }).toBe(true)
    tell(response, 'x', ['connection', 'close'])
    await client.until(() => client.ended)
    expect(client.answers).toEqual(['x'])
    await expect.poll(() => stage.plain.size).toBe(0)
  })

  test('and does not stop, while one after the other is answered', async () => {
    let most = 0
    let done = 0
    const client = await open((request, response) => {
      const [socket] = stage.sockets
      request.on('data', () => undefined)
      request.on('end', () => {
        setImmediate(() => {
          done++
          most = Math.max(most, (socket?.bytesRead ?? 0) - done * POST.length)
          tell(response, 'x')
        })
      })
    })
    void client.say(POST.repeat(40_000))
    await client.until(() => client.heard.length > 300_000)
    expect(most).toBeLessThan(500 * KIB)
    client.socket.destroy()
  })
})

test('thousands of answers at once in one packet are no tower of calls', async () => {
  const held = new Held()
  let deepest = 0
  const client = await open((request, response) => {
    if (stage.asked.length === 1) return held.answer(request, response)
    if (stage.asked.length % 50 === 0) deepest = Math.max(deepest, depth())
    tell(response, 'x')
  })
  void client.say(POST.repeat(5000))
  const response = await held.nth(0)
  await expect.poll(() => stage.sockets[0]?.isPaused(), { interval: 2 }).toBe(true)
  tell(response, 'x')
  expect(await client.hears(5000)).toHaveLength(5000)
  expect(deepest).toBeLessThan(50)
})

/** How many calls we are in. */
function depth(): number {
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = 500
  const { stack = '' } = new Error('here')
  Error.stackTraceLimit = stackTraceLimit
  return stack.split('\n').length
}
