/** Rows J08 to J10: what Gemini signs comes back to it, though the client has dropped it. */

import { expect, test } from 'vitest'
import type { GatewayConfig, ThoughtSignaturesConfig } from '#config'
import { arrayOf, isObject, type JsonObject, type JsonValue } from '#core'
import type { ScriptedAnswer } from '#simulator'
import { loadIn } from '../load-in.ts'
import { VirtualClock } from '../virtual-clock.ts'
import { jsonAnswer, type Reply, type Row, rows, textAnswer } from './row.ts'

const row = rows()

const MODEL = 'gemini-3-pro'
const TOOLS = [
  { type: 'function', function: { name: 'look', parameters: { type: 'object', properties: {} } } },
]

function keeping(rules: Partial<ThoughtSignaturesConfig> = {}): Pick<GatewayConfig, 'plugins'> {
  const thoughtSignatures = { maxSize: 100, ttlMs: 3_600_000, sweepMs: 300_000, ...rules }
  return { plugins: { modules: [], middleware: [], hookTimeoutMs: 0, thoughtSignatures } }
}

function candidate(parts: readonly object[]): object {
  return {
    candidates: [{ content: { role: 'model', parts }, finishReason: 'STOP', index: 0 }],
    usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 2, totalTokenCount: 5 },
  }
}

function calls(...signatures: readonly (string | undefined)[]): object {
  return candidate(
    signatures.map((thoughtSignature, at) => ({
      functionCall: { name: 'look', args: { at } },
      ...(thoughtSignature === undefined ? {} : { thoughtSignature }),
    })),
  )
}

function streamed(body: object): ScriptedAnswer {
  return {
    kind: 'raw',
    status: 200,
    headers: { 'content-type': 'text/event-stream' },
    chunks: [`data: ${JSON.stringify(body)}\r\n\r\n`],
  }
}

const ASKED = { model: MODEL, tools: TOOLS, messages: [{ role: 'user', content: 'Look.' }] }

/** The first turn; gives the ids of its calls. */
async function first(house: Row, stream = false, fields: object = {}): Promise<readonly string[]> {
  const answer = await house.post('/v1/chat/completions', { ...ASKED, stream, ...fields })
  expect(answer.status).toBe(200)
  return [...answer.text.matchAll(/"tool_calls":\[\{.*?\}\]/g)].flatMap(([text]) =>
    [...text.matchAll(/"id":"([^"]+)"/g)].map(([, id = '']) => id),
  )
}

/** The next turn of a client that keeps nothing but ids, names and arguments. */
function next(house: Row, ids: readonly string[], fields: object = {}): Promise<Reply> {
  const toolCalls = ids.map((id) => ({ id, type: 'function', function: { name: 'look', arguments: '{}' } }))
  return house.post('/v1/chat/completions', {
    ...ASKED,
    messages: [
      ...ASKED.messages,
      { role: 'assistant', content: null, tool_calls: toolCalls },
      ...ids.map((id) => ({ role: 'tool', tool_call_id: id, content: 'seen' })),
    ],
    ...fields,
  })
}

/** What the model's calls carry in the last request; the stand-in is what the codec writes where nothing is known. */
function signaturesSent(house: Row): JsonValue[] {
  const contents = arrayOf(house.sent('gg')['contents']) ?? []
  const parts = contents.flatMap((content) => (isObject(content) ? (arrayOf(content['parts']) ?? []) : []))
  return parts
    .filter((part): part is JsonObject => isObject(part) && part['functionCall'] !== undefined)
    .map((part) => part['thoughtSignature'] ?? null)
}

test.each([false, true])(
  'J08 a signature that the client dropped is back on the same call (stream: %s)',
  async (stream) => {
    const answer = stream ? streamed(calls('c2lnLTE=')) : jsonAnswer(calls('c2lnLTE='))
    const house = await row({ gg: [answer, textAnswer()] }, { config: keeping() })
    const ids = await first(house, stream)
    expect(ids).toHaveLength(1)
    expect((await next(house, ids)).status).toBe(200)
    expect(signaturesSent(house)).toEqual(['c2lnLTE='])
  },
)

test('J08 without it, the signature is lost: it is this that brings it back', async () => {
  const house = await row({ gg: [jsonAnswer(calls('c2lnLTE=')), textAnswer()] })
  await next(house, await first(house))
  expect(signaturesSent(house)).not.toContain('c2lnLTE=')
})

test('J08 a client that sends it back itself is left alone', async () => {
  const house = await row({ gg: [jsonAnswer(calls('c2lnLTE=')), textAnswer()] }, { config: keeping() })
  const answer = await house.openai.chat.completions.create({
    model: MODEL,
    messages: [{ role: 'user', content: 'Look.' }],
  })
  const message = answer.choices[0]?.message
  if (message === undefined) throw new Error('No answer came.')
  await house.openai.chat.completions.create({
    model: MODEL,
    messages: [
      { role: 'user', content: 'Look.' },
      message,
      { role: 'tool', tool_call_id: message.tool_calls?.[0]?.id ?? '', content: 'seen' },
    ],
  })
  expect(signaturesSent(house)).toEqual(['c2lnLTE='])
})

test('J08 a signature beside the message, as compatible endpoints send it, comes back beside it', async () => {
  const detail = {
    type: 'reasoning.encrypted',
    data: 'c2lnLTI=',
    id: 'call_1',
    format: 'google-gemini-v1',
    index: 0,
  }
  const body = {
    id: 'x',
    object: 'chat.completion',
    created: 1,
    model: MODEL,
    choices: [
      {
        index: 0,
        finish_reason: 'tool_calls',
        message: {
          role: 'assistant',
          content: null,
          reasoning_details: [detail],
          tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'look', arguments: '{}' } }],
        },
      },
    ],
  }
  const house = await row({ or: [jsonAnswer(body), textAnswer()] }, { config: keeping() })
  await next(house, await first(house))
  const sent = arrayOf(house.sent('or')['messages'])?.find(
    (message) => isObject(message) && message['role'] === 'assistant',
  )
  expect(sent).toMatchObject({ reasoning_details: [detail] })
})

test('J09 only the first of parallel calls is signed', async () => {
  const house = await row(
    { gg: [jsonAnswer(calls('c2lnLTE=', 'c2lnLTI=')), textAnswer()] },
    { config: keeping() },
  )
  const ids = await first(house)
  expect(ids).toHaveLength(2)
  await next(house, ids)
  expect(signaturesSent(house)).toEqual(['c2lnLTE=', null])
})

test('J09 one is kept for its time and no longer', async () => {
  const clock = new VirtualClock()
  const house = await row(
    { gg: [jsonAnswer(calls('c2lnLTE=')), textAnswer()] },
    { clock, config: keeping({ ttlMs: 60_000, sweepMs: 0 }) },
  )
  const ids = await first(house)
  clock.advance(59_999)
  await next(house, ids)
  expect(signaturesSent(house)).toEqual(['c2lnLTE='])
  clock.advance(1)
  await next(house, ids)
  expect(signaturesSent(house)).not.toContain('c2lnLTE=')
})

test('J09 when there is no room, the oldest go', async () => {
  const answers = Array.from({ length: 11 }, (_, at) => jsonAnswer(calls(btoa(`sig-${at}`))))
  const house = await row({ gg: [...answers, textAnswer()] }, { config: keeping({ maxSize: 10 }) })
  const ids: string[] = []
  for (let turn = 0; turn < 11; turn++) ids.push(...(await first(house)))
  await next(house, ids.slice(0, 1))
  expect(signaturesSent(house)).not.toContain(btoa('sig-0'))
  await next(house, ids.slice(1, 2))
  expect(signaturesSent(house)).toEqual([btoa('sig-1')])
})

test('J10 a model of another name is left alone', async () => {
  const script = [jsonAnswer(calls('c2lnLTE=')), textAnswer()]
  const house = await row({ gg: script }, { config: keeping() })
  const ids = await first(house, false, { model: 'gg:learnlm-2' })
  await next(house, ids, { model: 'gg:learnlm-2' })
  expect(signaturesSent(house)).not.toContain('c2lnLTE=')
})

function rulesBy(env: Record<string, string>): ThoughtSignaturesConfig | undefined {
  return loadIn({ env }).plugins?.thoughtSignatures
}

test('J10 its variables switch it off and set its bounds', () => {
  expect(rulesBy({})).toEqual({ maxSize: 10_000, ttlMs: 3_600_000, sweepMs: 300_000 })
  expect(rulesBy({ GEMINI_THOUGHT_SIGNATURES_ENABLED: 'false' })).toBeUndefined()
  const env = {
    THOUGHT_SIGNATURE_MAX_CACHE_SIZE: '5',
    THOUGHT_SIGNATURE_CACHE_TTL: '60',
    THOUGHT_SIGNATURE_CLEANUP_INTERVAL: '7',
  }
  expect(rulesBy(env)).toEqual({ maxSize: 5, ttlMs: 60_000, sweepMs: 7000 })
})

test('J10 a request in the same language passes byte for byte while nothing of it is known', async () => {
  const house = await row({ gg: textAnswer() }, { config: keeping() })
  const body = { contents: [{ role: 'user', parts: [{ text: 'Hi' }] }], unheardOf: { a: 1 } }
  await house.post(`/v1beta/models/${MODEL}:generateContent`, body)
  expect(house.calls('gg')[0]?.body).toBe(JSON.stringify(body))
})
