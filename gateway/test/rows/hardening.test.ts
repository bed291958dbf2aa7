/** What a hostile or clumsy client puts on the wire: every case gets a clear answer or a closed connection, and harms nobody else. */

import { once } from 'node:events'
import { connect } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { type Row, rows, textAnswer } from './row.ts'

const open = rows()
const PATH = '/v1/chat/completions'
const ALL = { oa: textAnswer(), an: textAnswer(), ol: textAnswer(), gg: textAnswer(), rs: textAnswer() }

const UPGRADE =
  'GET /v1/responses HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n'

let row: Row | undefined
afterEach(() => void (row = undefined))

async function opened(): Promise<Row> {
  row = await open(ALL)
  return row
}

/** Latin-1 text both ways, so that every byte can be said. Ends when the server closes. */
function send(url: string, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1')
    let answer = ''
    socket.setTimeout(10_000, () => socket.destroy(new Error('no answer and no close')))
    socket.on('data', (bytes) => (answer += bytes.toString('latin1')))
    socket.on('error', reject)
    socket.on('close', () => resolve(answer))
    socket.write(text, 'latin1')
  })
}

function post(path: string, body: string, headers = ''): string {
  const length = Buffer.byteLength(body, 'latin1')
  return `POST ${path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n${headers}content-length: ${length}\r\n\r\n${body}`
}

const chat = (fields: object): string =>
  JSON.stringify({ model: 'oa:m', messages: [{ role: 'user', content: 'hi' }], ...fields })

const statusOf = (answer: string): number => Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1])

async function stillAlive(here: Row): Promise<void> {
  const { json } = await here.ask('/health')
  expect(json).toMatchObject({ status: 'healthy', metrics: { active_requests: 0 } })
}

describe('on the wire', () => {
  const REFUSED: readonly (readonly [name: string, text: string, status: number])[] = [
    ['no HTTP at all', '\x16\x03\x01\x02\x00\x01\x00', 400],
    [
      'a length and chunks',
      `POST ${PATH} HTTP/1.1\r\nhost: localhost\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`,
      400,
    ],
    [
      'a broken chunk',
      `POST ${PATH} HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n`,
      400,
    ],
    [
      'two lengths',
      `POST ${PATH} HTTP/1.1\r\nhost: localhost\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}`,
      400,
    ],
    [
      'a chunk without end',
      `POST ${PATH} HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n-1\r\n`,
      400,
    ],
    [
      'a length that no memory holds',
      `POST ${PATH} HTTP/1.1\r\nhost: localhost\r\ncontent-length: 99999999999\r\n\r\n{`,
      413,
    ],
    ['ten thousand headers', `GET / HTTP/1.1\r\nhost: localhost\r\n${'a: b\r\n'.repeat(10_000)}\r\n`, 431],
    ['a null byte in a header', 'GET / HTTP/1.1\r\nhost: localhost\r\nx: a\x00b\r\n\r\n', 400],
    ['a packed body', post(PATH, '\x1f\x8b\x08', 'content-encoding: gzip\r\n'), 415],
    ['a method of no standard', 'BREW / HTTP/1.1\r\nhost: localhost\r\n\r\n', 400],
    ['a target that is no path', 'OPTIONS * HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n', 400],
    ['no host', `GET /health HTTP/1.1\r\nconnection: close\r\n\r\n`, 400],
    ['a header of 20 kB', `GET / HTTP/1.1\r\nhost: localhost\r\nx: ${'a'.repeat(20_000)}\r\n\r\n`, 431],
    ['an unknown expectation', post(PATH, chat({}), 'expect: dance\r\n'), 417],
    ['an upgrade', UPGRADE, 426],
  ]

  test.each(REFUSED)('%s is refused', async (_, text, status) => {
    const { url } = await opened()
    expect(statusOf(await send(url, text))).toBe(status)
    await stillAlive(await opened())
  })

  test.each(['', 'and more'])(
    'who asks for a WebSocket and tears the line harms nobody: %s',
    async (more) => {
      const here = await opened()
      const faults: unknown[] = []
      const note = (fault: unknown): void => void faults.push(fault)
      process.on('uncaughtExceptionMonitor', note)
      for (let i = 0; i < 20; i++) {
        const socket = connect(Number(new URL(here.url).port), '127.0.0.1')
        await once(socket, 'connect')
        socket.write(UPGRADE + more)
        if (i % 2 === 0) await once(socket, 'data')
        socket.resetAndDestroy()
      }
      await stillAlive(here)
      process.off('uncaughtExceptionMonitor', note)
      expect(faults).toEqual([])
    },
  )

  test.each([
    ['CONNECT', 'CONNECT a:1 HTTP/1.1\r\nhost: a\r\n\r\n'],
    ['a WebSocket', UPGRADE],
  ])('%s asked for behind requests under way leaves none of them behind', async (_, text) => {
    const here = await open({ oa: { kind: 'silence' } })
    const active = async () => (await here.ask('/health')).json['metrics']
    const socket = connect(Number(new URL(here.url).port), '127.0.0.1')
    let heard = ''
    socket.on('data', (bytes) => (heard += bytes.toString('latin1'))).on('error', () => {})
    const waiting = post(PATH, chat({}), 'trailer: x\r\n').replace('connection: close\r\n', '')
    socket.write(waiting + waiting)
    await expect.poll(active).toMatchObject({ active_requests: 2 })
    socket.write(text)
    await expect.poll(async () => here.calls('oa').length).toBe(2)
    socket.destroy()
    await expect.poll(active).toMatchObject({ active_requests: 0 })
    expect(heard).toBe('')
  })

  test('an offer to go on in HTTP/2, as every Java client makes it, is passed over', async () => {
    const { url } = await opened()
    const offer =
      'connection: Upgrade, HTTP2-Settings, close\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABkAAQAAAAA\r\n'
    const answer = await send(url, post(PATH, chat({}), offer).replace('connection: close\r\n', ''))
    expect(statusOf(answer)).toBe(200)
    expect(answer).toContain('Hello there, friend.')
  })

  test('a client of HTTP/1.0 gets a stream without chunks', async () => {
    const { url } = await opened()
    const body = chat({ stream: true })
    const answer = await send(url, `POST ${PATH} HTTP/1.0\r\ncontent-length: ${body.length}\r\n\r\n${body}`)
    expect(statusOf(answer)).toBe(200)
    expect(answer).not.toMatch(/transfer-encoding/i)
    expect(answer).toMatch(/data: \[DONE\]\n\n$/)
  })

  test('a probe of HTTP/1.0 need not name the host', async () => {
    const { url } = await opened()
    const answer = await send(url, 'GET /health HTTP/1.0\r\n\r\n')
    expect([statusOf(answer), answer]).toEqual([200, expect.stringContaining('"status":"healthy"')])
  })

  test.each([
    ['the form for proxies', `http://127.0.0.1${PATH}`, '/health'],
    ['that form in capitals, with a query', `HTTP://127.0.0.1${PATH}?beta=true`, '/health?strict=false'],
    ['a slash too many, of a base URL that ends in one', `/${PATH}`, '//health'],
  ])('%s is understood', async (_, path, health) => {
    const { url } = await opened()
    expect(statusOf(await send(url, post(path, chat({}))))).toBe(200)
    expect(statusOf(await send(url, `GET ${health} HTTP/1.0\r\n\r\n`))).toBe(200)
  })

  test('what cannot be a request is refused as JSON too', async () => {
    const { url } = await opened()
    const answer = await send(url, 'OPTIONS * HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n')
    expect(answer).toMatch(/x-request-id: [\w-]{36}/)
    expect(JSON.parse(answer.slice(answer.indexOf('{')))).toMatchObject({
      error: { type: 'invalid_request_error', message: expect.stringContaining('malformed') },
    })
  })

  test('rubbish in the middle of an answer puts no words into it, and is refused behind it', async () => {
    row = await open({ oa: { kind: 'answer', text: 'word '.repeat(40), gapMs: 5 } })
    const body = chat({ stream: true })
    const answer = await interrupted(row.url, post(PATH, body).replace('connection: close\r\n', ''))
    const [whole = '', refusal = ''] = answer.split(/(?<=\r\n0\r\n\r\n)/)
    expect([statusOf(whole), whole]).toEqual([200, expect.stringContaining('[DONE]')])
    expect(statusOf(refusal)).toBe(400)
  })

  test('where Node reads the requests, rubbish in the middle of an answer ends it', async () => {
    row = await open({ oa: { kind: 'answer', text: 'word '.repeat(1000), gapMs: 5 } })
    const body = chat({ stream: true })
    const head = `POST ${PATH} HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n`
    const chunks = `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`
    const answer = await interrupted(row.url, head + chunks)
    expect(answer.match(/HTTP\/1\.1/g)).toHaveLength(1)
    expect(answer).not.toContain('[DONE]')
    await expect
      .poll(async () => (await row?.ask('/health'))?.json['metrics'])
      .toMatchObject({ active_requests: 0 })
  })

  test('pipelined requests are answered in their order', async () => {
    const { url } = await opened()
    const first = post(PATH, chat({ model: 'oa:first' })).replace('connection: close\r\n', '')
    const answer = await send(url, first + post(PATH, chat({ model: 'an:second', stream: true })))
    expect(answer.match(/HTTP\/1\.1 200/g)).toHaveLength(2)
    expect(answer.indexOf('x-model: first')).toBeLessThan(answer.indexOf('x-model: second'))
  })

  test("a body that ends too early is nobody's request", async () => {
    const here = await opened()
    const socket = connect(Number(new URL(here.url).port), '127.0.0.1')
    socket.end(`POST ${PATH} HTTP/1.1\r\nhost: localhost\r\ncontent-length: 500\r\n\r\n{}`)
    await new Promise((resolve) => socket.on('close', resolve).resume())
    expect(here.calls('oa')).toEqual([])
    await stillAlive(here)
  })

  test('an id that is no token is replaced, not echoed', async () => {
    const { url } = await opened()
    for (const path of [PATH, '/v1/models/none']) {
      const request =
        path === PATH
          ? post(path, '{}', 'x-request-id: \xff<script>\r\n')
          : `GET ${path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\nx-request-id: \xff<script>\r\n\r\n`
      const answer = await send(url, request)
      expect(answer).not.toContain('<script>')
      expect(answer).toMatch(/x-request-id: [\w-]{36}/)
    }
  })
})

describe('in the body', () => {
  const DEEP = '{"a":'.repeat(20_000) + '1' + '}'.repeat(20_000)

  test.each(['oa:m', 'an:m', 'ol:m', 'gg:m', 'rs:m'])(
    'a tool schema 20,000 deep on the way to %s',
    async (model) => {
      const here = await opened()
      const tools = [{ type: 'function', function: { name: 'f', parameters: 'DEEP' } }]
      const answer = await send(here.url, post(PATH, chat({ model, tools }).replace('"DEEP"', DEEP)))
      expect([200, 400]).toContain(statusOf(answer))
      await stillAlive(here)
    },
  )

  const messages = [{ role: 'user', content: 'hi' }]

  test.each([
    ['/v1/messages/count_tokens', { messages, tools: [{ name: 'f', input_schema: 'DEEP' }] }],
    [
      '/v1beta/models/m:countTokens',
      {
        contents: [{ parts: [{ text: 'hi' }] }],
        tools: [{ functionDeclarations: [{ name: 'f', parametersJsonSchema: 'DEEP' }] }],
      },
    ],
    [
      '/api/explain',
      { messages, tools: [{ type: 'function', function: { name: 'f', parameters: 'DEEP' } }] },
    ],
  ])('a tool schema 20,000 deep at %s', async (path, fields) => {
    const here = await opened()
    const body = JSON.stringify({ model: 'oa:m', ...fields }).replace('"DEEP"', DEEP)
    expect(statusOf(await send(here.url, post(path, body)))).toBe(200)
  })

  test.each(['oa:m', 'an:m', 'ol:m', 'gg:m', 'rs:m'])(
    'names of Object.prototype pollute nothing on the way to %s',
    async (model) => {
      const here = await opened()
      const body = `{"model":"${model}","__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"messages":[{"role":"user","content":"hi","__proto__":{"polluted":1}}],"metadata":{"__proto__":"x"}}`
      expect(statusOf(await send(here.url, post(PATH, body)))).toBe(200)
      expect('polluted' in {}).toBe(false)
    },
  )

  test.each(['__proto__', 'constructor', 'toString'])('a model called %s is a model', async (model) => {
    const here = await opened()
    expect((await here.post(PATH, { ...JSON.parse(chat({})), model })).status).toBe(200)
    expect(here.sent('oa')['model']).toBe(model)
  })

  test.each([
    ['gg', '../../v1/files/x'],
    ['gg', 'models/../../x'],
    ['az', '..'],
    ['az', 'a/../../../b'],
    ['br', '..'],
    ['br', '../../b'],
  ] as const)('no name of a model leads out of where %s has its models: %s', async (upstream, model) => {
    const here = await open({ [upstream]: textAnswer() })
    const reply = await here.post(PATH, { ...JSON.parse(chat({})), model: `!${upstream}:${model}` })
    expect([reply.status, reply.json['error']]).toMatchObject([400, { param: 'model' }])
    expect(here.everything(upstream).filter(({ method }) => method === 'POST')).toEqual([])
  })

  test.each(['gg', 'az', 'br'] as const)(
    'half a character names no model where %s has its models',
    async (upstream) => {
      const here = await open({ [upstream]: textAnswer() })
      for (const path of [PATH, '/v1/messages', '/api/chat']) {
        const reply = await here.post(path, { ...JSON.parse(chat({})), max_tokens: 9, model: `m\ud800` })
        expect([path, reply.status]).toEqual([path, 400])
        expect(reply.text).toContain('The name of the model')
      }
      expect(here.everything(upstream).filter(({ method }) => method === 'POST')).toEqual([])
    },
  )

  test('half a character passes in a body', async () => {
    const here = await opened()
    expect((await here.post(PATH, { ...JSON.parse(chat({})), model: '!oa:m\ud800' })).status).toBe(200)
    expect(here.sent('oa')['model']).toBe('m\ud800')
  })

  test('a name that stands in the body alone may be a path', async () => {
    const here = await opened()
    const model = '../models/llama.gguf'
    expect((await here.post(PATH, { ...JSON.parse(chat({})), model: `!oa:${model}` })).status).toBe(200)
    expect(here.sent('oa')['model']).toBe(model)
  })

  test("a line break in a model's name breaks no header", async () => {
    const here = await opened()
    const { headers, status } = await here.post(PATH, { ...JSON.parse(chat({})), model: 'm\r\nx-evil: 1' })
    expect([status, headers.get('x-evil')]).toEqual([200, null])
  })

  test('bytes that are no UTF-8 do not stop the translation', async () => {
    const { url } = await opened()
    const body = '{"model":"an:m","messages":[{"role":"user","content":"\xff\xfe\xc3"}]}'
    expect(statusOf(await send(url, post(PATH, body)))).toBe(200)
  })
})

describe('P09 every answer names its request', () => {
  const PATHS = ['/v1/models/none', '/nowhere', '/api/tags/none', '/health', '/v1beta/models/none']

  test.each(PATHS)('at %s', async (path) => {
    const here = await opened()
    const { headers, text, status } = await here.ask(path)
    const id = headers.get('x-request-id') ?? ''
    expect(id).toMatch(/^[\w-]{36}$/)
    expect(status === 200 || text.includes(id)).toBe(true)
    expect(
      (await here.ask(path, { headers: { 'x-request-id': 'mine-1' } })).headers.get('x-request-id'),
    ).toBe('mine-1')
  })
})

/** All that comes back when the client sends rubbish as soon as its answer begins. */
function interrupted(url: string, request: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1')
    let text = ''
    socket.on('data', (bytes) => {
      if (text === '') socket.write('RUBBISH\r\n\r\n')
      text += bytes.toString('latin1')
    })
    socket.on('error', () => undefined)
    socket.on('close', () => resolve(text))
    socket.write(request)
  })
}
