/** Row F10 and law 9: planted keys and prompts come out nowhere, whatever goes wrong. */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Script, ScriptedAnswer } from '#simulator'
import { houseConfig } from '../house.ts'
import { CLIENTS } from './client-dialects.ts'
import { rows } from './row.ts'

const open = rows()
/** Of no shape that a pattern could know, so that only knowing the key itself helps. */
const KEYS = {
  gate: 'canary.gate.0815',
  ours: 'canary.ours.0815',
  second: 'canary.second.0815',
  callers: 'canary.callers.0815',
}
const PROMPT = 'canary-prompt-0815'
const event = (body: object) => `data: ${JSON.stringify(body)}\n\n`
const chunk = (content: string) =>
  event({
    id: 'c',
    object: 'chat.completion.chunk',
    model: 'm',
    choices: [{ index: 0, delta: { content }, finish_reason: null }],
  })
const raw = (type: string, ...chunks: string[]): ScriptedAnswer => ({
  kind: 'raw',
  status: 200,
  headers: { 'content-type': type },
  chunks,
})
const failure = (key: string) => ({
  error: { message: `Your key ${key} is refused.`, type: `odd ${key}`, code: key },
})

type Failure = readonly [what: string, answer: (key: string) => ScriptedAnswer]

/** Failures that repeat the key they were called with. */
const FAILURES: readonly Failure[] = [
  ...[400, 401, 402, 403, 404, 422, 429, 500, 503].map((status): Failure => [
    `status ${status}`,
    (key) => ({ kind: 'status', status, body: failure(key) }),
  ]),
  ['plain text', (key) => ({ kind: 'status', status: 500, body: `Not with ${key}.` })],
  ['much text', (key) => ({ kind: 'status', status: 500, body: `${'.'.repeat(995)}${key}` })],
  ['an error in a 200', (key) => raw('application/json', JSON.stringify(failure(key)))],
  ['an error at the head of a stream', (key) => raw('text/event-stream', event(failure(key)))],
  ['an error in a stream', (key) => raw('text/event-stream', chunk('Hi '), event(failure(key)))],
  ['a reset', () => ({ kind: 'reset', when: 'before-headers' })],
]

const echoing =
  (answer: (key: string) => ScriptedAnswer): Script =>
  ({ headers }) =>
    answer(headers['authorization']?.replace('Bearer ', '') ?? 'none')

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-canaries-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

const planted = /canary[.-]/
const UNHURRIED = { ...houseConfig({ providers: [] }).limits, adaptive: false }

describe.each(CLIENTS)('$name', (client) => {
  test.each(FAILURES)('F10 no key comes out after %s', async (_, answer) => {
    const logTo = join(folder, `${Math.random()}.log`)
    const row = await open(
      { oa: echoing(answer), or: echoing(answer) },
      {
        logTo,
        // A rate learnt from refusals would only make the next request wait.
        config: { logLevel: 'debug', maxRetries: 0, limits: UNHURRIED },
        server: { proxyApiKey: KEYS.gate },
        providers: { oa: { apiKeys: [KEYS.ours, KEYS.second] }, or: { apiKeys: [], passthrough: true } },
      },
    )
    const wishes = [
      { 'x-api-key': KEYS.gate, authorization: `Bearer ${KEYS.callers}` },
      { authorization: `Bearer ${KEYS.gate}` },
      { 'x-api-key': KEYS.callers },
      {},
    ]
    const out: string[] = []
    for (const headers of wishes) {
      for (const model of ['oa:m', 'or:m']) {
        for (const streaming of [false, true]) {
          const body = { ...client.body(model, streaming), messages: [{ role: 'user', content: PROMPT }] }
          const reply = await row.post(client.path, body, headers)
          out.push(reply.text, JSON.stringify([...reply.headers]))
        }
      }
    }
    await row.close()
    out.push(readFileSync(logTo, 'utf8'))
    expect(out.length).toBeGreaterThan(16)
    expect(out.at(-1)).toContain('request_id')
    for (const text of out) expect(text).not.toMatch(planted)
  })

  test('F10 no prompt comes out of a refusal, nor into the log', async () => {
    const logTo = join(folder, `${client.name}.log`)
    const row = await open({ oa: { kind: 'answer', text: 'Hi.' } }, { logTo, config: { logLevel: 'debug' } })
    for (const messages of [
      [{ role: 7, content: PROMPT }],
      PROMPT,
      [{ content: { deep: PROMPT } }],
      [PROMPT],
    ]) {
      const { text } = await row.post(client.path, { ...client.body('m', false), messages })
      expect(text).not.toContain(PROMPT)
    }
    await row.post(client.path, { ...client.body('m', false), messages: [{ role: 'user', content: PROMPT }] })
    await row.close()
    expect(readFileSync(logTo, 'utf8')).toMatch(/completed/)
    expect(readFileSync(logTo, 'utf8')).not.toContain(PROMPT)
  })
})

test('F10 health and lists show no key', async () => {
  const providers = { oa: { apiKeys: [KEYS.ours, KEYS.second] } }
  const row = await open(
    { oa: echoing((key) => ({ kind: 'status', status: 401, body: failure(key) })) },
    { providers },
  )
  for (const path of [
    '/',
    '/health',
    '/v1/models',
    '/v1/models?format=raw',
    '/api/tags',
    '/api/ps',
    '/v1/models/m',
  ]) {
    expect((await row.ask(path)).text).not.toMatch(planted)
  }
})
