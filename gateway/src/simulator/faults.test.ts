import { request } from 'node:http'
import { connect } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { askRaw } from '../../test/raw-answer.ts'
import { startSimulator, type Simulator } from './index.ts'

let simulator: Simulator
beforeAll(async () => {
  simulator = await startSimulator()
})
afterAll(() => simulator.close())
beforeEach(() => simulator.reset())

const CHAT = '/v1/chat/completions'
const BODY = { model: 'm', messages: [{ role: 'user', content: 'hi' }] }

describe('status', () => {
  test('words its default error in the dialect of the path', async () => {
    const url = simulator.script('busy', { kind: 'status', status: 429, headers: { 'retry-after': '3' } })
    const openai = await askRaw(url + CHAT, { body: BODY })
    expect([openai.status, openai.headers['retry-after']]).toEqual([429, '3'])
    expect(JSON.parse(openai.body.toString())).toMatchObject({ error: { message: expect.any(String) } })
    const anthropic = await askRaw(`${url}/v1/messages`, { body: BODY })
    expect(JSON.parse(anthropic.body.toString())).toMatchObject({
      type: 'error',
      error: { type: 'rate_limit_error' },
    })
    const ollama = await askRaw(`${url}/api/chat`, { body: BODY })
    expect(JSON.parse(ollama.body.toString())).toMatchObject({ error: expect.any(String) })
  })

  test('sends the body it was given, text or JSON', async () => {
    const text = simulator.script('text', { kind: 'status', status: 502, body: '<h1>Bad gateway</h1>' })
    const answer = await askRaw(text + CHAT, { body: BODY })
    expect([answer.status, answer.body.toString()]).toEqual([502, '<h1>Bad gateway</h1>'])
    const json = simulator.script('json', { kind: 'status', status: 418, body: { tea: true } })
    expect(JSON.parse((await askRaw(json + CHAT, { body: BODY })).body.toString())).toEqual({ tea: true })
  })
})

describe('reset', () => {
  test.each(['on-connect', 'before-headers'] as const)('%s: no headers, a reset connection', async (when) => {
    const answer = await askRaw(simulator.script('gone', { kind: 'reset', when }) + CHAT, { body: BODY })
    expect(answer.how).toBe('cut')
    expect(answer.status).toBeUndefined()
    expect(answer.code).toBe('ECONNRESET')
    await expect.poll(() => simulator.requestsTo('gone').length).toBe(1)
    expect(simulator.requestsTo('gone')[0]).toMatchObject({ finished: false, closedByClient: false })
  })

  test('after-headers: headers, then a reset connection', async () => {
    const answer = await askRaw(simulator.script('gone', { kind: 'reset', when: 'after-headers' }) + CHAT, {
      body: BODY,
    })
    expect([answer.status, answer.how, answer.code]).toEqual([200, 'cut', 'ECONNRESET'])
  })

  test('is a reset and not a close, seen from the socket', async () => {
    const url = new URL(simulator.script('gone', { kind: 'reset', when: 'before-headers' }))
    const socket = connect(Number(url.port), url.hostname)
    socket.resume().write(`POST ${url.pathname}${CHAT} HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}`)
    let error: Error | undefined
    socket.on('error', (seen) => (error = seen))
    await new Promise((resolve) => socket.once('close', resolve))
    expect(error).toMatchObject({ code: 'ECONNRESET', syscall: 'read' })
  })

  test('on-connect uses up its place in the script', async () => {
    const url = simulator.script('once', [{ kind: 'reset', when: 'on-connect' }, { kind: 'answer' }]) + CHAT
    expect((await askRaw(url, { body: BODY })).how).toBe('cut')
    expect((await askRaw(url, { body: BODY })).status).toBe(200)
  })
})

test('silence sends nothing at all and notices the client leave', async () => {
  const answer = await askRaw(simulator.script('mute', { kind: 'silence' }) + CHAT, {
    body: BODY,
    leaveAfterMs: 100,
  })
  expect([answer.status, answer.how]).toEqual([undefined, 'left'])
  await expect.poll(() => simulator.requestsTo('mute')[0]?.closedByClient).toBe(true)
})

test('raw sends these very chunks', async () => {
  const chunks = ['a: ', new Uint8Array([0xff, 0x00]), { base64: Buffer.from('ü').toString('base64') }]
  const url = simulator.script('raw', {
    kind: 'raw',
    status: 203,
    headers: { 'content-type': 'x/y' },
    chunks,
  })
  const answer = await askRaw(`${url}/v1/whatever`, { body: {} })
  expect([answer.status, answer.headers['content-type']]).toEqual([203, 'x/y'])
  expect(answer.body).toEqual(Buffer.concat([Buffer.from('a: '), Buffer.from([0xff, 0]), Buffer.from('ü')]))
  expect(answer.pieces).toHaveLength(3)
})

test('a flood waits for a client that does not read and tells what was accepted', async () => {
  const bytes = 200 * 1024 * 1024
  const url = simulator.script('flood', { kind: 'flood', bytes }) + CHAT
  const asked = request(url, { method: 'POST', agent: false })
  const response = new Promise<void>((resolve) =>
    asked.once('response', (answer) => resolve(void answer.pause())),
  )
  asked.end(JSON.stringify({ ...BODY, stream: true }))
  await response
  const sent = () => simulator.requestsTo('flood')[0]?.bytesSent ?? 0
  let before = -1
  await expect
    .poll(
      () => {
        const still = sent() === before
        before = sent()
        return still
      },
      { interval: 100, timeout: 10_000 },
    )
    .toBe(true)
  expect(sent()).toBeGreaterThan(0)
  expect(sent()).toBeLessThan(bytes / 2)
  asked.on('error', () => {})
  asked.destroy()
  await expect.poll(() => simulator.requestsTo('flood')[0]?.closedByClient).toBe(true)
})
