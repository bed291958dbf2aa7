/** Row P13: the error bodies that providers really send, told to each client in its own shape. */

import { expect, test } from 'vitest'
import { isObject, parseJson, stringOf } from '#core'
import { corpus, corpusResponse, NO_CORPUS } from '../corpus.ts'
import { houses } from '../house.ts'
import { textAnswer } from './row.ts'

const house = houses()

interface Case {
  readonly type: string
  readonly status: number
  readonly body: object
  readonly told: { readonly status: number; readonly openai: string; readonly anthropic: string }
  readonly says: string
}

/** Shapes as recorded, shortened. */
const CASES: readonly Case[] = [
  {
    type: 'openai',
    status: 404,
    body: {
      error: {
        message: 'The model `m` does not exist.',
        type: 'invalid_request_error',
        code: 'model_not_found',
      },
    },
    told: { status: 404, openai: 'invalid_request_error', anthropic: 'not_found_error' },
    says: 'does not exist',
  },
  {
    type: 'azure',
    status: 404,
    body: {
      error: {
        type: 'invalid_request_error',
        code: 'DeploymentNotFound',
        message: 'The API deployment for this resource does not exist.',
      },
    },
    told: { status: 404, openai: 'invalid_request_error', anthropic: 'not_found_error' },
    says: 'deployment',
  },
  {
    type: 'mistral',
    status: 400,
    body: {
      object: 'error',
      message: 'Invalid model: m',
      type: 'invalid_model',
      param: null,
      code: '1500',
      raw_status_code: 400,
    },
    told: { status: 404, openai: 'invalid_request_error', anthropic: 'not_found_error' },
    says: 'Invalid model',
  },
  {
    type: 'groq',
    status: 400,
    body: {
      error: {
        code: 'tool_use_failed',
        message: 'Tool choice is required, but model did not call a tool',
        type: 'invalid_request_error',
      },
    },
    told: { status: 400, openai: 'invalid_request_error', anthropic: 'invalid_request_error' },
    says: 'Tool choice is required',
  },
  {
    type: 'deepseek',
    status: 400,
    body: {
      error: {
        message: 'Thinking mode does not support this tool_choice',
        type: 'invalid_request_error',
        param: null,
        code: 'invalid_request_error',
      },
    },
    told: { status: 400, openai: 'invalid_request_error', anthropic: 'invalid_request_error' },
    says: 'Thinking mode',
  },
  {
    type: 'openrouter',
    status: 400,
    body: { error: { code: 400, message: 'm is not a valid model ID' }, user_id: 'u' },
    told: { status: 404, openai: 'invalid_request_error', anthropic: 'not_found_error' },
    says: 'not a valid model ID',
  },
  {
    type: 'llamacpp',
    status: 400,
    body: {
      error: {
        code: 400,
        message: 'request (2009 tokens) exceeds the available context size (512 tokens)',
        type: 'exceed_context_size_error',
      },
    },
    told: { status: 400, openai: 'invalid_request_error', anthropic: 'invalid_request_error' },
    says: '2009',
  },
  {
    type: 'anthropic',
    status: 529,
    body: { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } },
    told: { status: 503, openai: 'server_error', anthropic: 'overloaded_error' },
    says: 'verloaded',
  },
  {
    type: 'google',
    status: 400,
    body: {
      error: { code: 400, message: 'Please use a valid role: user, model.', status: 'INVALID_ARGUMENT' },
    },
    told: { status: 400, openai: 'invalid_request_error', anthropic: 'invalid_request_error' },
    says: 'valid role',
  },
  {
    type: 'vertex',
    status: 400,
    body: {
      error: {
        code: 400,
        message: 'The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).',
        status: 'INVALID_ARGUMENT',
      },
    },
    told: { status: 400, openai: 'invalid_request_error', anthropic: 'invalid_request_error' },
    says: '1048576',
  },
  {
    type: 'ollama',
    status: 404,
    body: { error: "model 'm' not found" },
    told: { status: 404, openai: 'invalid_request_error', anthropic: 'not_found_error' },
    says: 'not found',
  },
]

const ASK = { model: 'm', max_tokens: 9, messages: [{ role: 'user', content: 'Hi' }], stream: false }
const ASK_GEMINI = { contents: [{ role: 'user', parts: [{ text: 'Hi' }] }] }
const ASK_BEDROCK = { messages: [{ role: 'user', content: [{ text: 'Hi' }] }] }

/** What Google and Amazon call an error of this status. */
const GOOGLE: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  402: 'FAILED_PRECONDITION',
  404: 'NOT_FOUND',
  503: 'UNAVAILABLE',
}
const AMAZON: Readonly<Record<number, string>> = {
  400: 'ValidationException',
  402: 'AccessDeniedException',
  404: 'ResourceNotFoundException',
  503: 'ServiceUnavailableException',
}

async function told(type: string, path: string, status: number, body: string | object, ask: object = ASK) {
  const simulator = await house.simulator()
  const baseUrl = simulator.script(`error-${type}`, [{ kind: 'status', status, body }, textAnswer()])
  const provider = { name: 'p', type, baseUrl, vertex: { project: 'proj' } }
  const { url } = await house.open({ providers: [provider] })
  const answer = await fetch(url + path, { method: 'POST', body: JSON.stringify(ask) })
  const json = parseJson(await answer.text())
  const error = isObject(json) ? json['error'] : undefined
  const plain = isObject(json) ? stringOf(json['message']) : undefined
  const message = isObject(error) ? stringOf(error['message']) : (stringOf(error) ?? plain)
  return { status: answer.status, json, message: message ?? '', name: answer.headers.get('x-amzn-errortype') }
}

test.each(CASES.map((one) => [one.type, one] as const))('P13 an error of %s', async (type, one) => {
  const openai = await told(type, '/v1/chat/completions', one.status, one.body)
  expect(openai).toMatchObject({ status: one.told.status, json: { error: { type: one.told.openai } } })
  expect(openai.message).toContain(one.says)
  const anthropic = await told(type, '/v1/messages', one.status, one.body)
  expect(anthropic.json).toMatchObject({ type: 'error', error: { type: one.told.anthropic } })
  expect(anthropic.message).toContain(one.says)
  const ollama = await told(type, '/api/chat', one.status, one.body)
  // For a model that is not there Ollama's clients look for Ollama's own words.
  expect(ollama.message).toContain(ollama.status === 404 ? "model 'm' not found" : one.says)
})

test.each(CASES.map((one) => [one.type, one] as const))(
  'P13 an error of %s, to clients of Responses, Gemini and Bedrock',
  async (type, one) => {
    const says = new RegExp(`${one.told.status === 404 ? 'has no model|' : ''}${one.says}`)
    const responses = await told(type, '/v1/responses', one.status, one.body, { model: 'm', input: 'Hi' })
    expect(responses).toMatchObject({ status: one.told.status, json: { error: { type: one.told.openai } } })
    expect(responses.message).toMatch(says)
    const gemini = await told(type, '/v1beta/models/m:generateContent', one.status, one.body, ASK_GEMINI)
    const { status } = one.told
    expect(gemini).toMatchObject({ status, json: { error: { code: status, status: GOOGLE[status] } } })
    expect(gemini.message).toMatch(says)
    const bedrock = await told(type, '/model/m/converse', one.status, one.body, ASK_BEDROCK)
    expect(bedrock.status).toBe(status === 402 ? 403 : status)
    expect(bedrock.name).toBe(AMAZON[status])
    expect(bedrock.message).toMatch(says)
  },
)

test('P13 pitfall 249 points of Poe that are used up are a matter of billing, its own one-answer rule a bad request', async () => {
  const spent = { error: { message: 'Insufficient points.', type: 'insufficient_credits', code: 402 } }
  expect((await told('poe', '/v1/messages', 402, spent)).json).toMatchObject({
    error: { type: 'billing_error' },
  })
  const choices = { error: { message: 'n must be 1.', type: 'invalid_request_error', code: 400 } }
  expect(await told('poe', '/v1/messages', 400, choices)).toMatchObject({
    status: 400,
    message: 'n must be 1.',
  })
})

const FOLDERS = {
  azure: 'azure',
  deepseek: 'deepseek',
  groq: 'groq',
  mistral: 'mistral',
  openrouter: 'openrouter',
  openai: 'openai-chat',
}
const RECORDED = Object.entries(FOLDERS).flatMap(([type, folder]) =>
  (corpus(folder) ?? [])
    .filter(({ status, api }) => status >= 400 && (api === 'chat' || api === 'completions'))
    .map((entry) => [`${type} ${entry.id}`, type, entry] as const),
)

test.runIf(RECORDED.length > 0).each(RECORDED)(
  `P13 recorded: %s keeps blame and words (or: ${NO_CORPUS})`,
  async (_name, type, entry) => {
    const { status, message } = await told(type, '/v1/messages', entry.status, corpusResponse(entry))
    // 401 and 403 are the operator's affair; every other 4xx stays one.
    expect(status).toBeGreaterThanOrEqual(400)
    expect(status).toBeLessThan(500)
    expect(message.length).toBeGreaterThan(5)
    expect(message).not.toMatch(/^\s*[{[]/)
  },
)
