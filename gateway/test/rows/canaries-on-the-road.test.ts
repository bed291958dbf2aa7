/** Row F10 and law 9: whatever providers fail with, and whatever they repeat, no canary comes out. */

import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { arrayOf, objectOf, stringOf } from '#core'
import type { ScriptedAnswer, ScriptFunction } from '#simulator'
import { ADMIN, cages, CALLER, Ears, FILE, listener, NAMES, secret, SHOWN } from './canary-cage.ts'

const { open } = cages()

/** Everything that came, headers and address alike. */
const heard = ({ headers, path }: { headers: object; path: string }) => `${path} ${JSON.stringify(headers)}`

const raw = (type: string, text: string): ScriptedAnswer => ({
  kind: 'raw',
  status: 200,
  headers: { 'content-type': type },
  chunks: [text],
})

/** Failures that say all they have heard. */
const FAILURES: readonly (readonly [string, ScriptFunction])[] = [
  ...[400, 401, 403, 404, 422, 429, 500, 503].map((status): readonly [string, ScriptFunction] => [
    `status ${status}`,
    (request) => ({
      kind: 'status',
      status,
      body: { error: { message: `Heard ${heard(request)}`, type: heard(request), code: heard(request) } },
      headers: { 'x-request-id': 'theirs', 'x-heard': encodeURIComponent(heard(request)).slice(0, 4000) },
    }),
  ]),
  ['plain text', (request) => ({ kind: 'status', status: 500, body: heard(request) })],
  ['a page', (request) => raw('text/html', `<h1>${heard(request)}</h1>`)],
  [
    'an error in a 200',
    (request) => raw('application/json', JSON.stringify({ error: { message: heard(request) } })),
  ],
  [
    'an error in a stream',
    (request) =>
      raw('text/event-stream', `data: ${JSON.stringify({ error: { message: heard(request) } })}\n\n`),
  ],
  ['half an answer', () => ({ kind: 'answer', text: 'one two three four', cutAfter: 2 })],
  ['a reset', () => ({ kind: 'reset', when: 'before-headers' })],
]

const CLIENTS = [
  ['/v1/chat/completions', {}],
  ['/v1/messages', { max_tokens: 9 }],
  ['/v1/responses', { messages: undefined, input: 'Hi' }],
  ['/api/chat', {}],
] as const

/** All that lies in the folder but what the test itself has put there. */
function writtenIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile() && !path.endsWith(FILE) && !path.endsWith('.env'))
}

test.each(FAILURES)(
  'F10 no canary sings while every provider fails with %s',
  { timeout: 60_000 },
  async (what, script) => {
    const { gate, acme } = await open(script)
    const ears = new Ears()
    const asCaller = listener(ears, gate, CALLER)
    const asAdmin = listener(ears, gate, ADMIN)
    const asNobody = listener(ears, gate, {
      'x-admin-key': secret('wrong'),
      'x-api-key': secret('wrong'),
    })
    // Whoever is told to wait waits: a few then stand for all.
    const isSlow = what === 'status 429'
    for (const name of isSlow ? ['headed', 'signed'] : NAMES) {
      for (const [path, more] of isSlow ? CLIENTS.slice(0, 1) : CLIENTS) {
        for (const stream of isSlow ? [false] : [false, true])
          await asCaller('POST', path, {
            model: `${name}:m`,
            messages: [{ role: 'user', content: 'Hi' }],
            stream,
            ...more,
          })
      }
      await asCaller('POST', '/v1/embeddings', { model: `${name}:m`, input: 'Hi' })
      await asCaller('POST', '/v1/messages/count_tokens', {
        model: `${name}:m`,
        messages: [{ role: 'user', content: 'Hi' }],
      })
      await asCaller('POST', '/api/chat/multi', { provider: name, message: 'Hi' })
      await asCaller('POST', '/api/explain', {
        model: `${name}:m`,
        messages: [{ role: 'user', content: 'Hi' }],
      })
      await asAdmin('POST', `/api/providers/${name}/test`)
      await asAdmin('GET', `/api/providers/${name}/stats`)
      await asCaller('GET', `/api/providers/${name}/models`)
      await asCaller('GET', `/api/tags/${name}`)
      await asCaller('GET', `/health/providers/${name}`)
    }
    expect(acme.everything().length).toBeGreaterThan(isSlow ? 4 : NAMES.length * 4)
    for (const path of SHOWN) for (const ask of [asCaller, asAdmin, asNobody]) await ask('GET', path)
    const { json } = await asAdmin('GET', '/api/traces?limit=500')
    const ids = (arrayOf(json['traces']) ?? []).map((one) => stringOf(objectOf(one)?.['id']))
    expect(ids.length).toBeGreaterThan(isSlow ? 4 : 50)
    for (const id of ids) await asAdmin('GET', `/api/traces/${id}`)
    await gate.logged()
    const files = writtenIn(gate.path('.'))
    expect(files.map((path) => path.split('/').at(-1))).toEqual(
      expect.arrayContaining(['log', 'traces.jsonl']),
    )
    for (const path of files) ears.hear(path, readFileSync(path, 'utf8'))
    expect(ears.canaries).toEqual([])
  },
)

test('F10 no canary sings where nobody gets a token', { timeout: 60_000 }, async () => {
  const { gate } = await open(() => ({ kind: 'answer', text: 'Hi.' }), false)
  const ears = new Ears()
  const asCaller = listener(ears, gate, CALLER)
  const asAdmin = listener(ears, gate, ADMIN)
  for (const name of ['entra', 'identity', 'account', 'login']) {
    const { status } = await asCaller('POST', '/v1/chat/completions', {
      model: `${name}:m`,
      messages: [{ role: 'user', content: 'Hi' }],
    })
    expect([name, status >= 400]).toEqual([name, true])
    await asAdmin('POST', `/api/providers/${name}/test`)
  }
  for (const path of SHOWN) await asAdmin('GET', path)
  ears.hear('log', await gate.logged())
  expect(ears.canaries).toEqual([])
})
