/** What a broken, hostile or misconfigured provider may send: each is one clear error, and none of it costs memory, keys or the next request. */

import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { objectOf } from '#core'
import type { ScriptedAnswer } from '#simulator'
import { NO_BREAKER } from '../house.ts'
import { type Row, rows, textAnswer } from './row.ts'

const open = rows()
const MEGABYTE = 1024 * 1024
const messages = [{ role: 'user', content: 'Hi' }]
const WAYS = [
  ['/v1/chat/completions', false],
  ['/v1/chat/completions', true],
  ['/v1/messages', false],
  ['/v1/messages', true],
] as const

const ask = (row: Row, path: string, stream: boolean) =>
  row.post(path, { model: 'm', max_tokens: 9, stream, messages })

function raw(
  chunks: readonly (string | Uint8Array)[],
  headers: Record<string, string> = {},
  status = 200,
): ScriptedAnswer {
  return { kind: 'raw', status, headers: { 'content-type': 'application/json', ...headers }, chunks }
}

const broken = (answer: ScriptedAnswer) => open({ oa: answer }, { config: { breaker: NO_BREAKER } })

const WHOLE = JSON.stringify({
  id: 'x',
  object: 'chat.completion',
  created: 1,
  model: 'm',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Hello.' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
})

/** One bit of what is packed is another. */
function damaged(text: string): Uint8Array {
  const bytes = gzipSync(text)
  bytes[20] = (bytes[20] ?? 0) ^ 255
  return bytes
}

const PACKED = { 'content-encoding': 'gzip' }

describe.each(WAYS)('asked at %s, stream %s:', (path, stream) => {
  test.each<readonly [string, ScriptedAnswer, RegExp]>([
    ['nothing', raw([]), /not JSON|without finishing/],
    ['no content', raw([], {}, 204), /not JSON|without finishing/],
    ['nothing new', raw([], {}, 304), /status 304/],
    [
      'a page of a login',
      raw(['<html>Log in</html>'], { 'content-type': 'text/html' }),
      /not JSON|without finishing/,
    ],
    ['two values', raw([`${WHOLE}\n{"more": 1}`]), /not JSON/],
    ['what is not packed as it says', raw([WHOLE], PACKED), /cannot be unpacked/],
    ['what was damaged on its way', raw([damaged(WHOLE)], PACKED), /cannot be unpacked/],
    ['half of what was packed', raw([gzipSync(WHOLE).subarray(0, 40)], PACKED), /cannot be unpacked/],
    [
      'arrays 100,000 deep',
      raw([`{"choices":${'['.repeat(100_000)}${']'.repeat(100_000)}}`]),
      /not a chat completion/,
    ],
    ['a status of no class', raw(['{}'], {}, 799), /status 799/],
  ])('%s is a 502', async (_, answer, words) => {
    const { status, json, text } = await ask(await broken(answer), path, stream)
    expect([status, objectOf(json['error'])?.['message']]).toEqual([502, expect.stringMatching(words)])
    expect(text).not.toContain('test-key')
  })

  test('a redirect is not followed, and the key goes nowhere', async () => {
    const { simulator } = await open({ oa: textAnswer() })
    const name = `elsewhere-${WAYS.findIndex((way) => way[0] === path && way[1] === stream)}`
    const elsewhere = simulator.script(name, textAnswer())
    for (const status of [301, 302, 303, 307, 308]) {
      const here = await broken(raw([], { location: `${elsewhere}/v1/chat/completions` }, status))
      const answer = await ask(here, path, stream)
      expect([answer.status, objectOf(answer.json['error'])?.['message']]).toEqual([
        502,
        expect.stringContaining(`redirect (${status})`),
      ])
      expect(answer.headers.get('location')).toBeNull()
    }
    expect(simulator.requestsTo(name)).toEqual([])
  })

  test('a hundred megabytes in a few kilobytes are not unpacked into memory', async () => {
    const bomb = gzipSync(Buffer.alloc(100 * MEGABYTE, ' '))
    const { status, json } = await ask(await broken(raw([bomb], PACKED)), path, stream)
    expect([status, objectOf(json['error'])?.['message']]).toEqual([
      502,
      expect.stringContaining('larger than the gateway accepts'),
    ])
  })

  test('what is packed well is read', async () => {
    const { status, text } = await ask(await broken(raw([gzipSync(WHOLE)], PACKED)), path, stream)
    expect([status, text]).toEqual([200, expect.stringContaining('Hello.')])
  })
})

test('a stream without end is not gathered for who wants a whole answer', async () => {
  const delta = { choices: [{ index: 0, delta: { content: 'x'.repeat(MEGABYTE) } }] }
  const chunks = Array.from({ length: 70 }, () => `data: ${JSON.stringify(delta)}\n\n`)
  const row = await broken(raw(chunks, { 'content-type': 'text/event-stream' }))
  const { status, json } = await ask(row, '/v1/chat/completions', false)
  expect([status, objectOf(json['error'])?.['message']]).toEqual([
    502,
    'The provider sent an answer larger than the gateway accepts.',
  ])
})

test.each(WAYS)(
  'a web page in place of an answer is told as what it is: %s, stream %s',
  async (path, stream) => {
    const row = await broken(raw(['<html><body>Welcome!</body></html>'], { 'content-type': 'text/html' }))
    const { status, text } = await ask(row, path, stream)
    expect([status, text]).toEqual([502, expect.stringContaining('something that is not JSON')])
  },
)
