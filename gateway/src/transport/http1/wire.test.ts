import { createHash } from 'node:crypto'
import { createServer, type Server, type Socket } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import {
  createServer as createTlsServer,
  getCACertificates,
  setDefaultCACertificates,
  TLSSocket,
} from 'node:tls'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import {
  answer,
  ask,
  eachRequest,
  Heard,
  inChunks,
  listening,
  Pausing,
  type Play,
  type RawProvider,
} from '../../../test/raw-provider.ts'
import { selfSigned } from '../../../test/self-signed.ts'
import { type Client, type ClientOptions, httpClient } from '../client.ts'
import { Call } from './call.ts'
import { Connection } from './connection.ts'
import { RequestWriter } from './request-bytes.ts'

const open: (() => unknown)[] = []
afterEach(async () => {
  for (const close of open.splice(0).toReversed()) await close()
})

const certificate = selfSigned()
const trusted = getCACertificates('default')
beforeAll(() => {
  if (certificate !== undefined) setDefaultCACertificates([...trusted, certificate.cert])
})
afterAll(() => setDefaultCACertificates(trusted))

type Protocol = 'http' | 'https'

async function playing(
  protocol: Protocol,
  play: Play,
  options: Partial<ClientOptions> = {},
  host = '127.0.0.1',
): Promise<{ client: Client; provider: RawProvider; server: Server }> {
  let nth = 0
  const serve = (socket: Socket): void => eachRequest(socket, (request) => play(socket, request, nth++))
  const server =
    protocol === 'http'
      ? createServer({ noDelay: true }, serve)
      : createTlsServer({ ...certificate }, serve).on('tlsClientError', () => {})
  const provider = await listening(server, host)
  const client = httpClient({
    origin: provider.origin.replace('http', protocol),
    connectMs: 5000,
    ...options,
  })
  open.push(
    () => provider.close(),
    () => client.close(),
  )
  return { client, provider, server }
}

const free = { connected: 1, free: 1, running: 0 }
const none = { connected: 0, free: 0, running: 0 }
const BIG = 'x'.repeat(100_000)
const OK = 'HTTP/1.1 200 OK\r\n'
for (const protocol of ['http', 'https'] as const) {
  describe.skipIf(protocol === 'https' && certificate === undefined)(`over ${protocol}`, () => {
    test('answers of all lengths go over one connection', async () => {
      const bodies = ['', 'a', BIG, BIG.repeat(30)]
      const { client, provider } = await playing(protocol, (socket, _, nth) => {
        const body = bodies[nth >> 1] ?? ''
        socket.write(
          nth % 2 === 0
            ? answer(body)
            : inChunks(body === '' ? [] : [body.slice(0, 1), body.slice(1)].filter((piece) => piece !== '')),
        )
      })
      for (const body of bodies) {
        for (const _ of ['length', 'chunks']) {
          const heard = ask(client)
          await heard.over
          expect([heard.error, heard.body === body, client.stats]).toEqual([undefined, true, free])
        }
      }
      expect(provider.sockets.length).toBe(1)
    })

    test.for([
      ['a string', 'a'.repeat(3_000_000)],
      ['a string of other alphabets', 'ä€😀'.repeat(300_000)],
      ['a short one of those', 'ä€😀'],
      ['few bytes', Buffer.from([0, 255, 13, 10, 128])],
      ['many bytes', Buffer.alloc(3_000_000, 'bytes')],
      ['bytes that are a part of others', Buffer.from('....bytes....').subarray(4, 9)],
    ] as const)('%s arrives as it was sent, behind headers in Latin-1', async ([, body]) => {
      const { client } = await playing(protocol, (socket, request) => {
        const sent = Buffer.from(request.slice(request.indexOf('\r\n\r\n') + 4), 'latin1')
        socket.write(
          answer(
            `${createHash('sha256').update(sent).digest('hex')} ${/x-name: (.*)\r/.exec(request)?.[1] === 'ÄÖ'}`,
          ),
        )
      })
      for (let round = 0; round < 2; round++) {
        const heard = ask(client, { method: 'POST', headers: ['x-name', 'ÄÖ'], body })
        await heard.over
        expect(heard.body).toBe(`${createHash('sha256').update(body).digest('hex')} true`)
      }
    })

    test('answers that arrive in turns do not mix', async () => {
      const sockets: (readonly [Socket, string])[] = []
      const { client } = await playing(protocol, (socket, request) => {
        sockets.push([socket, request.split(' ')[1]?.[1] ?? ''])
        if (sockets.length < 4) return
        for (const [one] of sockets) one.write(`${OK}content-length: 300000\r\n\r\n`)
        for (let round = 0; round < 30; round++) {
          for (const [one, letter] of sockets) one.write(letter.repeat(10_000))
        }
      })
      const all = ['a', 'b', 'c', 'd'].map((letter) => ask(client, { path: `/${letter}` }))
      await Promise.all(all.map(({ over }) => over))
      expect(all.map(({ body }) => body.length)).toEqual([300_000, 300_000, 300_000, 300_000])
      expect(all.map(({ body }) => [...new Set(body)].join(''))).toEqual(['a', 'b', 'c', 'd'])
    })

    const WAYS: readonly (readonly [name: string, text: string, body: string, last: string, end: boolean])[] =
      [
        ['a length', answer(BIG), BIG, 'end', false],
        ['no body', answer(''), '', 'end', false],
        ['chunks', inChunks(['a', 'b', BIG]), `ab${BIG}`, 'end', false],
        ['a length, then closed', answer(BIG), BIG, 'end', true],
        ['chunks, then closed', inChunks(['a', 'b', BIG]), `ab${BIG}`, 'end', true],
        ['an end by closing', `${OK}\r\n${BIG}`, BIG, 'end', true],
        ['no end', `${OK}content-length: 200000\r\n\r\n${BIG}`, BIG, 'error broken-off', true],
        [
          'rubbish in its chunks',
          inChunks(['a', BIG]).replace('\r\n0\r\n', 'rubbish'),
          `a${BIG}`,
          'error not-http',
          false,
        ],
      ]

    test.for(WAYS)('who pauses hears nothing more: %s', async ([, text, body, last, end]) => {
      const { client, provider } = await playing(
        protocol,
        (socket) => void (end ? socket.end(text) : socket.write(text)),
      )
      const heard = ask(client, {}, new Pausing()) as Pausing
      await heard.over
      expect([heard.early, heard.told.at(-1), heard.body === body]).toEqual([[], last, true])
      const kept = last === 'end' && !end
      await expect.poll(() => client.stats).toEqual(kept ? free : none)
      if (!kept) return
      const next = ask(client, {}, new Pausing()) as Pausing
      await next.over
      expect([next.early, next.body === body, provider.sockets.length]).toEqual([[], true, 1])
    })

    test('who resumes and pauses again, or pauses and resumes, in one moment, has done so', async () => {
      const { client } = await playing(
        protocol,
        (socket) => void socket.write(inChunks(['a', 'b', 'c', 'd'])),
      )
      const heard = new Heard()
      heard.onPiece = (piece) => {
        heard.call?.pause()
        if (String(piece) === 'b') return
        heard.call?.resume()
      }
      ask(client, {}, heard)
      await expect.poll(() => heard.body).toBe('ab')
      heard.call?.resume()
      heard.call?.pause()
      for (let round = 0; round < 20; round++) await turn()
      expect(heard.body).toBe('ab')
      heard.call?.resume()
      await heard.over
      expect([heard.body, heard.told.at(-1), client.stats]).toEqual(['abcd', 'end', free])
    })

    test('who pauses before there is a connection hears nothing until it resumes', async () => {
      const { client } = await playing(protocol, (socket) => void socket.write(answer('a')), {
        connectMs: 2000,
      })
      const heard = ask(client)
      heard.call?.pause()
      // The request goes out all the same, and is answered.
      await new Promise((resolve) => setTimeout(resolve, 100))
      expect(heard.told).toEqual([])
      heard.call?.resume()
      await heard.over
      expect(heard.told).toEqual(['head 200', 'data', 'end'])
    })

    test('who is paused while others speak may still give up', async () => {
      const { client, provider } = await playing(
        protocol,
        (socket) => void socket.write(inChunks(['a', 'b', BIG])),
      )
      const heard = new Heard()
      heard.onPiece = () => heard.call?.pause()
      ask(client, {}, heard)
      await expect.poll(() => heard.body).toBe('a')
      heard.call?.abort()
      heard.call?.resume()
      await turn()
      expect([heard.told, client.stats]).toEqual([['head 200', 'data'], none])
      await expect.poll(() => provider.open()).toBe(0)
    })

    test('a paused call leaves what it has not read with the provider', async () => {
      let sent: Socket | undefined
      const { client } = await playing(protocol, (socket) => {
        sent = socket
        socket.write(`${OK}\r\n`)
        for (let round = 0; round < 32; round++) socket.write('y'.repeat(1024 * 1024))
      })
      const heard = new Heard()
      heard.onStatus = () => heard.call?.pause()
      ask(client, {}, heard)
      // All of it is encrypted before the head is heard, which takes a busy machine its time.
      await expect.poll(() => heard.told.length, { timeout: 10_000 }).toBe(1)
      let before = -1
      while (before !== sent?.writableLength) {
        before = sent?.writableLength ?? 0
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
      expect([heard.told, before > 16 * 1024 * 1024]).toEqual([['head 200'], true])
      heard.call?.abort()
    })

    test.for(['localhost', '127.0.0.1', '::1'])('to %s, which the request names', async (host) => {
      const family = host === '::1' ? '::1' : '127.0.0.1'
      const { provider } = await playing(
        protocol,
        (socket, request) => void socket.write(answer(/host: (.*)\r/.exec(request)?.[1] ?? '')),
        {},
        family,
      )
      const place = `${host === '::1' ? '[::1]' : host}:${provider.port}`
      const client = httpClient({ origin: `${protocol}://${place}`, connectMs: 5000 })
      open.push(() => client.close())
      const heard = ask(client)
      await heard.over
      expect([heard.error, heard.body]).toEqual([undefined, place])
    })

    test('to a name with two addresses of which one listens', async () => {
      const { provider } = await playing(protocol, (socket) => void socket.write(answer(BIG)), {}, '::1')
      const found = [
        { address: '127.0.0.1', family: 4 },
        { address: '::1', family: 6 },
      ]
      let kept = 0
      const heard = new Pausing()
      const call = new Call(null, heard)
      heard.call = call
      const place = {
        host: 'localhost',
        hostHeader: 'localhost',
        port: provider.port,
        tls: protocol === 'https',
        connectMs: 5000,
        lookup: (_host: string, _options: unknown, tell: (error: null, all: typeof found) => void) =>
          tell(null, found),
        session: undefined,
      }
      const connection = new Connection(place, { free: () => kept++, gone() {} })
      open.push(() => connection.close())
      call.request = new RequestWriter('localhost').bytes({
        method: 'GET',
        path: '/',
        headers: [],
        body: null,
      })
      call.carriedBy(connection)
      await heard.over
      expect([heard.error, heard.body === BIG, heard.early, kept]).toEqual([undefined, true, [], 1])
    })
  })
}

describe.skipIf(certificate === undefined)('TLS', () => {
  test('a second connection needs half the handshake', async () => {
    const reused: boolean[] = []
    const names: (string | false | null)[] = []
    const { client, provider } = await playing('https', (socket) => {
      if (socket instanceof TLSSocket) {
        reused.push(socket.isSessionReused())
        names.push(socket.servername)
      }
      socket.write(answer('a', 'connection: close'))
    })
    for (let round = 0; round < 3; round++) await ask(client).over
    expect(reused).toEqual([false, true, true])
    const named = httpClient({ origin: `https://localhost:${provider.port}`, connectMs: 5000 })
    open.push(() => named.close())
    await ask(named).over
    expect(names).toEqual([false, false, false, 'localhost'])
  })

  test.each([
    ['never answers', (socket: Socket) => void socket.resume(), 'error connect_timeout'],
    ['hangs up', (socket: Socket) => void socket.once('data', () => socket.end()), 'error broken-off'],
    [
      'hangs up hard',
      (socket: Socket) => void socket.once('data', () => socket.resetAndDestroy()),
      'error ECONNRESET',
    ],
  ])('who %s in the handshake keeps no call waiting for ever', async (_, serve, told) => {
    const provider = await listening(createServer((socket) => serve(socket.on('error', () => {}))))
    const client = httpClient({
      origin: provider.origin.replace('http', 'https'),
      connectMs: 300,
      connections: 1,
    })
    open.push(
      () => provider.close(),
      () => client.close(),
    )
    const both = [ask(client), ask(client)]
    both[0]?.call?.pause()
    await Promise.all(both.map(({ over }) => over))
    expect(both.map((heard) => heard.told)).toEqual([[told], [told]])
    expect(client.stats).toEqual(none)
    expect(provider.sockets.length).toBe(2)
    await expect.poll(() => provider.open()).toBe(0)
  })
})

test('a place that is never reached is given up in time', async () => {
  const heard = new Heard()
  const call = new Call(null, heard)
  let gone = 0
  const place = {
    host: 'a',
    hostHeader: 'a',
    port: 1,
    tls: false,
    connectMs: 20,
    lookup() {},
    session: undefined,
  }
  call.carriedBy(new Connection(place, { free() {}, gone: () => gone++ }))
  await heard.over
  expect([heard.told, heard.error?.type, gone]).toEqual([['error connect_timeout'], 'timeout', 1])
})
