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

const ASK = { model: 'm', max_tokens: 9, messages: [{ role: 'user', content: 'Hi' }] }

async function told(type: string, path: string, status: number, body: string | object) {
  const simulator = await house.simulator()
  const baseUrl = simulator.script(`error-${type}`, [{ kind: 'status', status, body }, textAnswer()])
  const provider = { name: 'p', type, baseUrl, vertex: { project: 'proj' } }
  const { url } = await house.open({ providers: [provider] })
  const answer = await fetch(url + path, { method: 'POST', body: JSON.stringify({ ...ASK, stream: false }) })
  const json = parseJson(await answer.text())
  const error = isObject(json) ? json['error'] : undefined
  const message = isObject(error) ? stringOf(error['message']) : stringOf(error)
  return { status: answer.status, json, message: message ?? '' }
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
