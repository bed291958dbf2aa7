/** Row Q01: who has been answered before his request was all there, and then neither sends nor leaves, holds up no shutdown. */

import { connect, type Socket } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { VirtualClock } from '../virtual-clock.ts'
import { eventually } from './client-dialects.ts'
import { type Row, rows, type RowWish, type Scripts, textAnswer } from './row.ts'

const open = rows()
const sockets: Socket[] = []
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy()
})

const GRACE_MS = 30_000
/** As long as a farewell takes, and some more. */
const SOON_MS = 3000
const BIG = 'content-type: application/octet-stream\r\ncontent-length: 50000000\r\n'
const CHUNKED = 'content-type: application/json\r\ntransfer-encoding: chunked\r\n'

/** Sends a head and the first bytes of a body, and nothing more; it does not end when it is told to. */
async function begin(row: Row, path: string, lines: string): Promise<() => string> {
  const { hostname, port } = new URL(row.url)
  const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true })
  sockets.push(socket)
  let heard = ''
  socket.on('data', (bytes) => (heard += bytes.toString('latin1'))).on('error', () => {})
  const first = lines === CHUNKED ? '5\r\n{"mod\r\n' : 'the first bytes'
  socket.write(`POST ${path} HTTP/1.1\r\nhost: localhost\r\n${lines}\r\n${first}`)
  return () => heard
}

async function stage(scripts: Scripts, wish: RowWish) {
  const clock = new VirtualClock()
  const row = await open(scripts, {
    ...wish,
    clock,
    config: { probeMs: 0, ...wish.config },
    server: { shutdownGraceMs: GRACE_MS, ...wish.server },
  })
  /** How much time has passed when the door is closed: a little at a time, with room between for what happens in the sockets. */
  const close = async (): Promise<number> => {
    const begun = clock.now()
    let closed = false
    const closing = row.close().then(() => (closed = true))
    await eventually(() => {
      if (!closed) clock.advance(50)
      return closed || clock.now() - begun > GRACE_MS
    }, 'the door is closed')
    const took = clock.now() - begun
    await closing
    return took
  }
  return { row, close }
}

const oa = textAnswer()
const EARLY: readonly (readonly [string, number, string, string, Scripts, RowWish])[] = [
  ['an upload without a key', 401, '/v1/files', BIG, { oa }, { server: { proxyApiKey: 'gate-key-1' } }],
  ['an upload that is too large', 413, '/v1/files', BIG, { oa }, { server: { forwardLimit: 1000 } }],
  ['an upload to nowhere', 404, '/v1/nowhere', BIG, { oa }, {}],
  ['an upload that nobody can take', 400, '/v1/files', BIG, { an: oa, oa }, {}],
  [
    'a chat in pieces without a key',
    401,
    '/v1/chat/completions',
    CHUNKED,
    { oa },
    { server: { proxyApiKey: 'k' } },
  ],
]

describe.each(EARLY)('%s is answered with %i and', (_, status, path, lines, scripts, wish) => {
  test('Q01 is left soon when the door closes', async () => {
    const { row, close } = await stage(scripts, wish)
    const heard = await begin(row, path, lines)
    await eventually(() => heard().includes('\r\n\r\n'), 'the answer is there')
    expect(heard()).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `))
    expect(await close()).toBeLessThanOrEqual(SOON_MS)
  })
})

test.each([
  ['for a WebSocket', 426, 'GET /v1/responses HTTP/1.1\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n'],
  ['for nothing', 400, 'RUBBISH\r\n\r\n'],
])('Q01 who asked %s, was told %i and stays is left when the door closes', async (_, status, text) => {
  const { row, close } = await stage({ oa }, {})
  const { hostname, port } = new URL(row.url)
  const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true })
  sockets.push(socket)
  let heard = ''
  socket.on('data', (bytes) => (heard += bytes.toString('latin1'))).on('error', () => {})
  socket.write(text.replace('\r\n', '\r\nhost: localhost\r\n'))
  await eventually(() => heard.includes('\r\n\r\n'), 'the answer is there')
  expect(heard).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `))
  expect(await close()).toBeLessThanOrEqual(GRACE_MS + 50)
})
