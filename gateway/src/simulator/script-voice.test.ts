import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { DIALECTS } from '#dialects'
import { arrayOf, GatewayError, isContent, type ChatEvent } from '#core'
import { eventStreamFramer, ndjsonFramer, sseFramer } from '#transport'
import { askRaw, type RawAnswer } from '../../test/raw-answer.ts'
import { startSimulator, type Simulator } from './index.ts'
import type { ModelAnswer, Script } from './script.ts'
import type { SimulatedDialect } from './surface.ts'

let simulator: Simulator
beforeAll(async () => {
  simulator = await startSimulator()
})
afterAll(() => simulator.close())
beforeEach(() => simulator.reset())

const PATHS = {
  'openai-chat': '/v1/chat/completions',
  'openai-responses': '/v1/responses',
  anthropic: '/v1/messages',
  ollama: '/api/chat',
  gemini: '/v1beta/models/m:',
  bedrock: '/model/m/',
} as const
const NAMES = ['openai-chat', 'openai-responses', 'anthropic', 'gemini', 'bedrock', 'ollama'] as const

function ask(
  script: Script,
  dialect: SimulatedDialect,
  stream: boolean,
  more: object = {},
): Promise<RawAnswer> {
  const url = simulator.script('it', script) + PATHS[dialect] + verb(dialect, stream)
  return askRaw(url, { body: { model: 'm', messages: [{ role: 'user', content: 'hi' }], stream }, ...more })
}

function verb(dialect: SimulatedDialect, stream: boolean): string {
  if (dialect === 'gemini') return stream ? 'streamGenerateContent?alt=sse' : 'generateContent'
  return dialect === 'bedrock' ? (stream ? 'converse-stream' : 'converse') : ''
}

/** The events a well-behaved client would see. */
function eventsIn(dialect: SimulatedDialect, answer: RawAnswer): ChatEvent[] {
  const { chat, framing } = DIALECTS[dialect]
  const decoder = chat.streamDecoder({ provider: 'p', exchangeId: 'x' })
  const framer = { sse: sseFramer, ndjson: ndjsonFramer, 'event-stream': eventStreamFramer }[framing]()
  const frames = [...framer.push(answer.body), ...framer.end()]
  return [...frames.flatMap((frame) => decoder.push(frame)), ...decoder.end()]
}

const spoken = (events: readonly ChatEvent[]) =>
  events.map((event) => (event.type === 'text-delta' ? event.text : '')).join('')
const contentIn = (events: readonly ChatEvent[]) => events.filter(isContent).length
const lastOf = (events: readonly ChatEvent[]) => events.at(-1)

describe.each(NAMES)('an answer in %s', (dialect) => {
  const FIVE: ModelAnswer = { kind: 'answer', text: 'one two three four five' }

  test('streams and ends properly, one packet per event', async () => {
    const answer = await ask(FIVE, dialect, true)
    const events = eventsIn(dialect, answer)
    expect(answer.how).toBe('ended')
    expect([spoken(events), contentIn(events)]).toEqual(['one two three four five', 5])
    expect(lastOf(events)).toMatchObject({ type: 'finish', reason: 'stop' })
    expect(answer.pieces.length).toBeGreaterThanOrEqual(6)
  })

  test('comes whole when not streamed, with tool calls, reasoning and usage', async () => {
    const script: ModelAnswer = {
      kind: 'answer',
      text: 'sure',
      reasoning: 'let me think',
      toolCalls: [{ name: 'add', arguments: { a: 1 } }],
      usage: { inputTokens: 7, outputTokens: 9 },
    }
    const answer = await ask(script, dialect, false)
    const events = DIALECTS[dialect].chat.decodeResponse(JSON.parse(answer.body.toString()), {
      provider: 'p',
      exchangeId: 'x',
    })
    expect(spoken(events)).toBe('sure')
    expect(events.find((event) => event.type === 'reasoning-delta')).toMatchObject({ text: 'let me think' })
    expect(events.find((event) => event.type === 'tool-call-start')).toMatchObject({ name: 'add' })
    expect(events.find((event) => event.type === 'usage')).toMatchObject({
      usage: { inputTokens: 7, outputTokens: 9 },
    })
    expect(lastOf(events)).toMatchObject({ type: 'finish', reason: 'tool-calls' })
  })

  test('fragments arguments, and takes broken ones as they are', async () => {
    const call = { id: 'c1', name: 'add', arguments: { a: 'long enough to be cut' }, fragments: 3 }
    const events = eventsIn(dialect, await ask({ kind: 'answer', toolCalls: [call] }, dialect, true))
    const text = events.map((event) => (event.type === 'tool-call-delta' ? event.arguments : '')).join('')
    expect(JSON.parse(text)).toEqual(call.arguments)
  })

  test('burst and drip carry the same bytes as the usual pace', async () => {
    const usual = (await ask(FIVE, dialect, true)).body.toString()
    expect((await ask({ ...FIVE, burst: true }, dialect, true)).body.toString()).toBe(usual)
    const dripped = await ask({ ...FIVE, drip: 3 }, dialect, true)
    expect(dripped.body.toString()).toBe(usual)
    expect(dripped.pieces.length).toBeGreaterThan(20)
  })

  test('as: sse streams to who asked for JSON, as: json the other way round', async () => {
    expect(spoken(eventsIn(dialect, await ask({ ...FIVE, as: 'sse' }, dialect, false)))).toContain('five')
    const whole = await ask({ ...FIVE, as: 'json' }, dialect, true)
    expect(whole.headers['content-type']).toBe('application/json')
    expect(() => JSON.parse(whole.body.toString())).not.toThrow()
  })

  test.each([0, 2])('cutAfter %i breaks the connection there', async (n) => {
    const answer = await ask({ ...FIVE, cutAfter: n }, dialect, true)
    expect([answer.how, answer.status]).toEqual(['cut', 200])
    const events = eventsIn(dialect, answer)
    expect(contentIn(events)).toBe(n)
    expect(lastOf(events)).toMatchObject({ type: 'error', error: { type: 'cut-stream' } })
  })

  test('cutAfter breaks a whole answer in the middle of its body', async () => {
    const answer = await ask({ ...FIVE, cutAfter: 1 }, dialect, false)
    expect(answer.how).toBe('cut')
    expect(answer.body.length).toBe(Math.floor(Number(answer.headers['content-length']) / 2))
  })

  test('stallAfter goes silent and notices the client leave', async () => {
    const answer = await ask({ ...FIVE, stallAfter: 3 }, dialect, true, { leaveAfterMs: 150 })
    expect([answer.how, contentIn(eventsIn(dialect, answer))]).toEqual(['left', 3])
    await expect.poll(() => simulator.requestsTo('it')[0]?.closedByClient).toBe(true)
    expect(simulator.requestsTo('it')[0]?.finished).toBe(false)
  })

  test('malformedAfter puts garbage between good frames', async () => {
    const answer = await ask({ ...FIVE, malformedAfter: 2 }, dialect, true)
    const text = answer.body.toString()
    expect(text.indexOf('two')).toBeLessThan(text.indexOf('"broken": "fra'))
    expect(text.indexOf('three')).toBeGreaterThan(text.indexOf('"broken": "fra'))
    expect(() => eventsIn(dialect, answer)).toThrow(GatewayError)
    const whole = await ask({ ...FIVE, malformedAfter: 2 }, dialect, false)
    expect(whole.how).toBe('ended')
    expect(() => JSON.parse(whole.body.toString())).toThrow(SyntaxError)
  })

  test('errorAfter says an error in the dialect and stops', async () => {
    const script: ModelAnswer = {
      ...FIVE,
      errorAfter: 2,
      error: { type: 'overloaded', message: 'Too busy.' },
    }
    const answer = await ask(script, dialect, true)
    const events = eventsIn(dialect, answer)
    expect([answer.how, contentIn(events)]).toEqual(['ended', 2])
    expect(lastOf(events)).toMatchObject({
      type: 'error',
      error: { message: expect.stringContaining('Too busy.') },
    })
    expect([503, 529]).toContain((await ask(script, dialect, false)).status)
  })

  test('noTerminator ends the bytes properly but not the answer', async () => {
    const answer = await ask({ ...FIVE, noTerminator: true }, dialect, true)
    const events = eventsIn(dialect, answer)
    expect([answer.how, contentIn(events)]).toEqual(['ended', 5])
    expect(lastOf(events)).toMatchObject({ type: 'error', error: { type: 'cut-stream' } })
  })

  test('a flood is as large as asked and valid', async () => {
    const answer = await ask({ kind: 'flood', bytes: 300_000 }, dialect, true)
    expect(answer.body.length).toBeGreaterThanOrEqual(300_000)
    expect(lastOf(eventsIn(dialect, answer))).toMatchObject({ type: 'finish', reason: 'stop' })
  })
})

const modelsOf = async (script: Script) => {
  const url = `${simulator.script('echo', script)}/v1/chat/completions`
  const answers = [await askRaw(url, { body: { model: 'a' } }), await askRaw(url, { body: { model: 'b' } })]
  return answers.map((answer) => JSON.parse(answer.body.toString()).model)
}

const ECHO: Script = (request, n) => ({
  kind: 'answer',
  text: `${n}:${request.headers['x-who']}:${request.body}`,
})

describe('a script', () => {
  test('is played in order and its last answer repeated', async () => {
    const url = `${simulator.script('order', [
      { kind: 'status', status: 500 },
      { kind: 'answer', text: 'now it works' },
    ])}/v1/chat/completions`
    const statuses: (number | undefined)[] = []
    for (let n = 0; n < 3; n++) statuses.push((await askRaw(url, { body: { model: 'm' } })).status)
    expect(statuses).toEqual([500, 200, 200])
  })

  test('may be a function of the request', async () => {
    const answer = await ask(ECHO, 'openai-chat', false, { body: { model: 'm' }, headers: { 'x-who': 'me' } })
    expect(answer.body.toString()).toContain(String.raw`0:me:{\"model\":\"m\"}`)
  })

  test('side questions see the next answer without taking it', async () => {
    const url = simulator.script('side', [
      { kind: 'status', status: 503 },
      { kind: 'answer', text: 'fine' },
    ])
    expect((await askRaw(`${url}/v1/models`)).status).toBe(503)
    expect((await askRaw(`${url}/v1/chat/completions`, { body: {} })).status).toBe(503)
    const list = JSON.parse((await askRaw(`${url}/v1/models`)).body.toString())
    expect(arrayOf(list.data)?.length).toBeGreaterThan(0)
    expect((await askRaw(`${url}/v1/chat/completions`, { body: {} })).status).toBe(200)
  })

  test('echoes the model each request asks for, unless it names one', async () => {
    expect(await modelsOf({ kind: 'answer' })).toEqual(['a', 'b'])
    expect(await modelsOf({ kind: 'answer', model: 'own' })).toEqual(['own', 'own'])
  })

  test('waits at each of its places', async () => {
    const answer = await ask(
      { kind: 'answer', text: 'a b', headersDelayMs: 5, firstTokenDelayMs: 5, gapMs: 5 },
      'openai-chat',
      true,
    )
    expect(spoken(eventsIn('openai-chat', answer))).toBe('a b')
  })

  test('an unknown one is a plain 404', async () => {
    const answer = await askRaw(`${simulator.url}/script/nobody/v1/chat/completions`, { body: {} })
    expect(answer.status).toBe(404)
  })
})
