/** Rows L11, L13, Q01–Q03 and law 8: who leaves sets free, who reads slowly is waited for, who ends lets others end. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { type IncomingMessage, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import type { ScriptedAnswer } from '#simulator'
import { askRaw } from '../raw-answer.ts'
import { NO_BREAKER } from '../house.ts'
import { VirtualClock } from '../virtual-clock.ts'
import { CLIENTS, eventually, ROADS } from './client-dialects.ts'
import { type Row, rows, textAnswer, type Upstream } from './row.ts'

const open = rows()
const ASK = { model: 'm', messages: [{ role: 'user', content: 'Hi' }] }
const WAITING: readonly ScriptedAnswer[] = [
  { kind: 'silence' },
  { kind: 'answer', stallAfter: 0 },
  { kind: 'answer', text: 'One two three.', stallAfter: 2 },
]

const activeIn = async (row: Row) => {
  const { json } = await row.ask('/health?strict=false')
  return json['metrics']
}

/** A stream asked for and not read: its bytes wait in the sockets. */
async function unread(url: string, body: object): Promise<IncomingMessage> {
  const sent = request(url, { method: 'POST', agent: false, headers: { 'content-type': 'application/json' } })
  sent.end(JSON.stringify(body))
  const [response] = await once(sent, 'response')
  return response
}

describe.each(ROADS)('$name', ({ client, first }) => {
  test.each(WAITING)('L11 a client that leaves ends the call within a second: %j', async (answer) => {
    const row = await open({ [first]: answer })
    for (const stream of [true, false]) {
      const before = row.calls(first).length
      const leaving = new AbortController()
      const asked = fetch(row.url + client.path, {
        method: 'POST',
        body: JSON.stringify(client.body('m', stream)),
        signal: leaving.signal,
      }).then((response) => response.text())
      await eventually(
        () => row.calls(first).length > before && (row.calls(first).at(-1)?.body ?? '') !== '',
        'the call is out',
      )
      const call = row.calls(first).at(-1)
      leaving.abort()
      await expect(asked).rejects.toThrow(/abort/i)
      await eventually(() => call?.closedByClient === true, 'the call is given up', 1000)
      await expect.poll(() => activeIn(row)).toMatchObject({ active_requests: 0, total_errors: 0 })
    }
  })

  test('L13 who reads slowly is waited for: a flood stays with the provider', async () => {
    const bytes = 100 * 1024 * 1024
    const row = await open({ [first]: { kind: 'flood', bytes } })
    const response = await unread(row.url + client.path, client.body('m', true))
    const sent = () => row.calls(first)[0]?.bytesSent ?? 0
    let last = -1
    // At rest when nothing has moved for a while; loopback buffers take some megabytes.
    while (sent() !== last) {
      last = sent()
      await sleep(250)
    }
    expect(last).toBeGreaterThan(0)
    expect(last).toBeLessThan(32 * 1024 * 1024)
    expect(await activeIn(row)).toMatchObject({ active_requests: 1 })
    let tail = ''
    for await (const piece of response) tail = (tail + String(piece)).slice(-2000)
    expect(sent()).toBeGreaterThanOrEqual(bytes)
    expect(tail).toMatch(/\[DONE\]\n\n$|"message_stop"\}\n\n$|"done":true.*\}\n$/)
  }, 60_000)
})

test('L11 a client that leaves during the wait for a retry is not asked for again', async () => {
  const clock = new VirtualClock()
  const row = await open({ oa: { kind: 'status', status: 503 } }, { clock, config: { maxRetries: 3 } })
  const leaving = new AbortController()
  const asked = fetch(`${row.url}/v1/chat/completions`, {
    method: 'POST',
    body: JSON.stringify(ASK),
    signal: leaving.signal,
  })
  await eventually(() => clock.waits.some((ms) => ms >= 1100 && ms <= 1300), 'the retry waits')
  leaving.abort()
  await expect(asked).rejects.toThrow(/abort/i)
  await eventually(() => !clock.waits.some((ms) => ms >= 1100 && ms <= 1300), 'the wait is given up')
  clock.advance(600_000)
  expect(await activeIn(row)).toMatchObject({ active_requests: 0 })
  expect(row.calls('oa')).toHaveLength(1)
})

test('L11 what was used until the client left is recorded', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-left-'))
  try {
    const logTo = join(folder, 'log')
    const begun =
      'event: message_start\ndata: {"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"c","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":77,"output_tokens":1}}}\n\n' +
      'event: content_block_start\ndata: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}\n\n' +
      'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"One two"}}\n\n'
    const headers = { 'content-type': 'text/event-stream' }
    const row = await open(
      { an: { kind: 'raw', status: 200, headers, chunks: [begun, ': never sent\n\n'], gapMs: 60_000 } },
      { logTo, config: { logLevel: 'info' } },
    )
    const left = { body: { ...ASK, stream: true }, leaveWhen: (body: string) => body.includes('two') }
    expect((await askRaw(`${row.url}/v1/chat/completions`, left)).how).toBe('left')
    await expect.poll(() => activeIn(row)).toMatchObject({ active_requests: 0 })
    await row.close()
    const line =
      readFileSync(logTo, 'utf8')
        .split('\n')
        .find((text) => text.includes('"cancelled"')) ?? '{}'
    // P04: gone clients are 499, and only here.
    expect(JSON.parse(line)).toMatchObject({ msg: 'cancelled', status: 499, tokens_in: 77 })
  } finally {
    rmSync(folder, { recursive: true })
  }
})

const MIXED: readonly ScriptedAnswer[] = [
  textAnswer('One two three.'),
  { kind: 'status', status: 400 },
  { kind: 'status', status: 503 },
  { kind: 'reset', when: 'before-headers' },
  { kind: 'answer', text: 'One two three.', cutAfter: 2 },
  { kind: 'answer', text: 'One two three.', malformedAfter: 1 },
  { kind: 'answer', text: 'One two three.', errorAfter: 1 },
  { kind: 'answer', text: 'One two three.', noTerminator: true },
  { kind: 'answer', text: 'One two three.', stallAfter: 1 },
  { kind: 'answer', as: 'sse', text: 'One two three.' },
]

test('L11 after a hundred mixed ends nothing is held: no timer, no request, no call', async () => {
  const clock = new VirtualClock()
  const everything: Partial<Record<Upstream, ScriptedAnswer[]>> = {
    oa: [...MIXED],
    an: [...MIXED],
    ol: [...MIXED],
  }
  for (const list of Object.values(everything)) for (let i = 0; i < 2; i++) list.push(...MIXED)
  const row = await open(everything, { clock, config: { defaultProvider: 'oa', breaker: NO_BREAKER } })
  await eventually(() => clock.pending === 0, 'the probes are over')
  const asked = CLIENTS.flatMap((client) =>
    MIXED.flatMap((_, n) =>
      [true, false].map((stream) => {
        const model = `${[client.same, client.other][n % 2] ?? 'oa'}:m`
        const leave = n % 5 === 4 ? { leaveAfterMs: 20 } : {}
        return askRaw(row.url + client.path, { body: client.body(model, stream), ...leave })
      }),
    ),
  )
  let over = 0
  for (const one of asked) void one.then(() => over++)
  await eventually(() => {
    // Those that stall are ended by their clocks.
    if (over < asked.length && over + 20 > asked.length) clock.advance(30_000)
    return over === asked.length
  }, 'all have ended')
  await expect.poll(() => activeIn(row)).toMatchObject({ active_requests: 0, total_requests: asked.length })
  await eventually(() => clock.pending === 0, 'no timer is wound up')
  const calls = (['oa', 'an', 'ol'] as const).flatMap((upstream) => row.calls(upstream))
  // Those that the simulator itself cut or reset have neither mark, and no socket.
  await row.close()
  await eventually(() => row.simulator.connections().open === 0, 'no connection is left')
  expect(calls.length).toBeGreaterThan(50)
})

const BIN = fileURLToPath(new URL('../../bin/sluice.cjs', import.meta.url))

test('Q01 SIGTERM lets a running stream end, takes no one new, and the process ends with 0', async () => {
  const row = await open({ oa: textAnswer() })
  const { promise: goOn, resolve: speak } = Promise.withResolvers<ScriptedAnswer>()
  const slow = row.simulator.script('slow', [
    { kind: 'answer', text: 'One two three four five six seven.', gapMs: 150 },
  ])
  const held = row.simulator.script('held', () => goOn)
  const cwd = mkdtempSync(join(tmpdir(), 'sluice-end-'))
  const child = spawn(process.execPath, ['--conditions=sluice-source', BIN, 'start', '--port', '0'], {
    cwd,
    env: {
      SLOW_API_KEY: 'k',
      SLOW_BASE_URL: slow,
      HELD_API_KEY: 'k',
      HELD_BASE_URL: held,
      LOG_LEVEL: 'silent',
      XDG_CACHE_HOME: cwd,
    },
  })
  try {
    const exited = once(child, 'exit')
    let out = ''
    child.stdout.on('data', (chunk) => (out += String(chunk)))
    await eventually(() => /Sluice listens on http:\S+[^]*\n/.test(out), 'the gateway listens')
    const url = /listens on (http:\S+)/.exec(out)?.[1] ?? ''
    // Keep-alive clients: an idle connection must not hold the process up.
    await (await fetch(`${url}/health`)).text()
    const whole = fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      body: JSON.stringify({ ...ASK, model: 'held:m' }),
    })
    const stream = await fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      body: JSON.stringify({ ...ASK, model: 'slow:m', stream: true }),
    })
    await eventually(
      () => row.simulator.requestsTo('held').some(({ path }) => path.endsWith('completions')),
      'both run',
    )
    child.kill('SIGTERM')
    await expect.poll(() => askRaw(`${url}/health`).then(({ code }) => code)).toBe('ECONNREFUSED')
    expect(child.exitCode).toBe(null)
    speak(textAnswer('Held back.'))
    const heard = CLIENTS[0]?.hear(await stream.text())
    expect(heard).toMatchObject({ text: 'One two three four five six seven.', finished: true })
    expect(await (await whole).text()).toContain('Held back.')
    expect(await exited).toEqual([0, null])
  } finally {
    child.kill('SIGKILL')
    rmSync(cwd, { recursive: true })
  }
})

test('Q01 what outlasts the grace time is ended', async () => {
  const clock = new VirtualClock()
  const row = await open(
    { oa: { kind: 'answer', text: 'One two.', stallAfter: 1 } },
    { clock, server: { shutdownGraceMs: 7000 } },
  )
  const response = await unread(`${row.url}/v1/chat/completions`, { ...ASK, stream: true })
  const { promise: ended, resolve } = Promise.withResolvers<void>()
  response.on('error', () => resolve())
  response.resume()
  const closed = row.close()
  await eventually(() => clock.waits.includes(7000), 'the grace runs')
  clock.advance(7000)
  await ended
  await closed
  await eventually(() => row.calls('oa')[0]?.closedByClient === true, 'the call is given up')
  expect(response.complete).toBe(false)
})

test('Q02 with every provider down the gateway starts, says so and answers with an error', async () => {
  const dead = { baseUrl: 'http://127.0.0.1:9' }
  const row = await open({ oa: textAnswer(), an: textAnswer() }, { providers: { oa: dead, an: dead } })
  await expect.poll(async () => (await row.ask('/health')).json['status']).toBe('unhealthy')
  expect((await row.ask('/health')).status).toBe(503)
  expect((await row.post('/v1/chat/completions', ASK)).status).toBe(502)
})

const MODES = [false, true]

test.each(MODES)('Q03 five hundred slow calls run side by side (stream: %s)', async (stream) => {
  const { promise: go, resolve } = Promise.withResolvers<ScriptedAnswer>()
  let running = 0
  const row = await open({ oa: ({ method }) => (method === 'POST' ? (running++, go) : textAnswer()) })
  const asked = Array.from({ length: 500 }, () => row.post('/v1/chat/completions', { ...ASK, stream }))
  // All of them wait at the provider at once, before any is answered: nothing stands in line.
  await eventually(() => running === 500, 'five hundred wait at the provider')
  expect(await activeIn(row)).toMatchObject({ active_requests: 500 })
  resolve(textAnswer('Done.'))
  const answers = await Promise.all(asked)
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
  expect(answers.every(({ text }) => text.includes('Done'))).toBe(true)
  expect(await activeIn(row)).toMatchObject({ active_requests: 0, total_errors: 0 })
})
