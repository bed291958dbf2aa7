/** Row F09 and what a web page may make a browser ask: origins, names, preflights; and how long a client may take. */

import { connect } from 'node:net'
import { describe, expect, test } from 'vitest'
import { askRaw } from '../raw-answer.ts'
import { CLIENTS } from './client-dialects.ts'
import { type Row, rows, type RowWish, textAnswer } from './row.ts'

const open = rows()
const APP = 'https://app.example'
const server = (more: NonNullable<RowWish['server']>): RowWish => ({ server: more, config: { probeMs: 0 } })

const ask = (row: Row, headers: Record<string, string>) =>
  row.post('/v1/chat/completions', { model: 'm', messages: [{ role: 'user', content: 'Hi' }] }, headers)

const preflight = (row: Row, origin: string) =>
  row.ask('/v1/chat/completions', {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'content-type, x-api-key',
    },
  })

describe('F09', () => {
  test('F09 a configured origin is told that it may read, whole answers, streams and lists alike', async () => {
    const row = await open({ oa: textAnswer() }, server({ corsOrigins: [APP] }))
    for (const path of ['/v1/models', '/health', '/nowhere']) {
      const { headers } = await row.ask(path, { headers: { origin: APP } })
      expect([path, headers.get('access-control-allow-origin')]).toEqual([path, APP])
    }
    for (const stream of [false, true]) {
      const { status, headers } = await row.post(
        '/v1/chat/completions',
        { model: 'm', stream, messages: [{ role: 'user', content: 'Hi' }] },
        { origin: APP },
      )
      expect([status, headers.get('access-control-allow-origin')]).toEqual([200, APP])
      expect(headers.get('access-control-allow-credentials')).toBe('true')
      expect(headers.get('access-control-expose-headers')).toContain('x-attempts')
      expect(headers.get('vary')).toBe('Origin')
    }
  })

  test('F09 a preflight of a configured origin is a 204 that lets it, without any key', async () => {
    const row = await open({ oa: textAnswer() }, server({ corsOrigins: [APP], proxyApiKey: 'gate-key-1' }))
    const { status, headers, text } = await preflight(row, APP)
    expect([status, text]).toEqual([204, ''])
    expect(headers.get('access-control-allow-methods')).toContain('POST')
    expect(headers.get('access-control-allow-headers')).toBe('content-type, x-api-key')
  })

  test('F09 an unknown origin gets no word of permission, and a preflight of it a bare 204', async () => {
    const row = await open({ oa: textAnswer() }, server({ corsOrigins: [APP], proxyApiKey: 'gate-key-1' }))
    const asked = await ask(row, { origin: 'https://evil.example', 'x-api-key': 'gate-key-1' })
    const flown = await preflight(row, 'https://evil.example')
    expect([asked.status, flown.status]).toEqual([200, 204])
    for (const { headers } of [asked, flown]) {
      expect([...headers.keys()].filter((name) => name.startsWith('access-control-'))).toEqual([])
    }
  })

  test('F09 any origin means any, and no credentials', async () => {
    const row = await open({ oa: textAnswer() }, server({ corsOrigins: ['*'] }))
    const { status, headers } = await ask(row, { origin: 'https://other.example' })
    expect([status, headers.get('access-control-allow-origin')]).toEqual([200, '*'])
    expect(headers.get('access-control-allow-credentials')).toBeNull()
  })
})

describe('a page that nobody allowed', () => {
  test.each(CLIENTS)('cannot make a browser spend money: told as to a client of $name', async (client) => {
    const row = await open({ oa: textAnswer() })
    const { status, json } = await row.post(client.path, client.body('m', false), {
      origin: 'https://evil.example',
    })
    expect(status).toBe(403)
    expect(client.errorOf(json)).toMatchObject({ message: expect.stringContaining('CORS_ORIGINS') })
    expect(row.calls('oa')).toEqual([])
  })

  test.each(['http://localhost:3000', 'http://127.0.0.1:5173', 'app://obsidian.md', 'vscode-webview://x'])(
    'is not %s, which stands on this machine',
    async (origin) => {
      const row = await open({ oa: textAnswer() })
      expect((await ask(row, { origin })).status).toBe(200)
    },
  )

  test('may ask where a key is asked for, since no browser adds that by itself', async () => {
    const row = await open({ oa: textAnswer() }, server({ proxyApiKey: 'gate-key-1' }))
    const headers = { origin: 'https://other.example', 'x-api-key': 'gate-key-1' }
    expect((await ask(row, headers)).status).toBe(200)
  })

  test.each([
    ['evil.example', 403],
    ['evil.example:8082', 403],
    ['127.0.0.1.evil.example', 403],
    ['localhost', 200],
    ['LOCALHOST:8082', 200],
    ['[::1]:8082', 200],
    ['my.localhost', 200],
    ['host.docker.internal:8082', 200],
    ['gate.example', 200],
  ])('cannot rebind a name of its own to this machine: %s is answered %i', async (host, status) => {
    const row = await open({ oa: textAnswer() }, server({ allowedHosts: ['gate.example'] }))
    expect((await askRaw(`${row.url}/health`, { headers: { host } })).status).toBe(status)
  })
})

test('a head that never ends is cut off, and so is one connection too many', async () => {
  const row = await open({ oa: textAnswer() }, server({ headMs: 1000, maxConnections: 2 }))
  const slow = await connected(row, 'POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\nx-slow: ')
  const idle = await connected(row, '')
  const third = await connected(row, '')
  await third.over
  expect(await slow.over).toMatch(/^(?:HTTP\/1.1 408|$)/)
  idle.socket.destroy()
  expect((await ask(row, {})).status).toBe(200)
})

async function connected(row: Row, text: string) {
  const { port } = new URL(row.url)
  const socket = connect(Number(port), '127.0.0.1')
  let got = ''
  const over = new Promise<string>((resolve) => {
    socket.on('data', (piece) => (got += piece.toString()))
    socket.on('error', () => {})
    socket.on('close', () => resolve(got))
  })
  await new Promise<void>((resolve) => socket.once('connect', resolve))
  socket.write(text)
  return { socket, over }
}
