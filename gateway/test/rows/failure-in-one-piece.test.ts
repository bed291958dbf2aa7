/** Row L09 where a failure comes in one piece with the text before it: how the provider's bytes were packed changes nothing of what is heard. */

import { afterEach, expect, test } from 'vitest'
import { houses } from '../house.ts'
import { askRaw } from '../raw-answer.ts'
import { type RawProvider, rawProvider } from '../raw-provider.ts'
import { pathFor, saying } from './gemini-client.ts'

const house = houses()
const providers: RawProvider[] = []
afterEach(() => providers.splice(0).forEach((provider) => provider.close()))

const chat = (delta: string, more = '') =>
  `data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":${delta}${more}}]}\n\n`
const gemini = (text: string) =>
  `data: {"candidates":[{"content":{"role":"model","parts":[{"text":"${text}"}]}}]}\r\n\r\n`
const line = (text: string) =>
  `{"model":"m","created_at":"2026-01-01T00:00:00Z","message":{"role":"assistant","content":"${text}"},"done":false}\n`
const body = { model: 'p:m', stream: true, messages: [{ role: 'user', content: 'Count.' }] }
const OVER = '{"error":{"message":"Too busy.","type":"server_error"}}'

/** How an answer is over. */
const ENDS: Readonly<Record<string, readonly string[]>> = {
  openai: [chat('{}', ',"finish_reason":"stop"'), 'data: [DONE]\n\n'],
  ollama: [line('').replace('"done":false', '"done":true,"done_reason":"stop"')],
}

interface Case {
  readonly type: string
  readonly path: string
  readonly body: object
  readonly mime: string
  readonly first: string
  /** In one piece. */
  readonly pieces: readonly string[]
}

const OPENAI = {
  type: 'openai',
  path: '/v1/chat/completions',
  body,
  mime: 'text/event-stream',
  first: chat('{"role":"assistant","content":"One "}'),
} as const
const SAID = [chat('{"content":"two "}'), ': a comment\n\n', chat('{"content":"thr\u00e9e"}')] as const

const CASES: readonly (readonly [name: string, asked: Case])[] = [
  [
    'an error that is told',
    { ...OPENAI, pieces: [...SAID, `data: ${OVER}\n\n`, chat('{"content":"never"}')] },
  ],
  ['rubbish', { ...OPENAI, pieces: [...SAID, 'data: {"rubbish\n\n', chat('{"content":"never"}')] }],
  [
    "Gemini's",
    {
      type: 'google',
      path: pathFor('p:m', 'events'),
      body: saying('Count.'),
      mime: 'text/event-stream',
      first: gemini('One '),
      pieces: [
        gemini('two '),
        gemini('thr\u00e9e'),
        'data: {"error":{"code":503,"message":"Busy."}}\r\n\r\n',
      ],
    },
  ],
  [
    'in lines',
    {
      type: 'ollama',
      path: '/api/chat',
      body,
      mime: 'application/x-ndjson',
      first: line('One '),
      pieces: [line('two '), line('thr\u00e9e'), '{"error":"Too busy."}\n'],
    },
  ],
]

const chunk = (text: string) => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`

async function heard({ type, path, body: asked, mime, first, pieces }: Case): Promise<string> {
  let goOn: (() => void) | undefined
  const provider = await rawProvider((socket) => {
    const head = `HTTP/1.1 200 OK\r\ncontent-type: ${mime}\r\ntransfer-encoding: chunked\r\n\r\n`
    socket.write(head + chunk(first))
    goOn = () => void socket.write(`${chunk(pieces.join(''))}0\r\n\r\n`)
  })
  providers.push(provider)
  const { url } = await house.open({
    providers: [{ name: 'p', type, baseUrl: provider.origin }],
    config: { midStream: 'error' },
  })
  const leaveWhen = (text: string): boolean => {
    if (!text.includes('One ')) return false
    goOn?.()
    goOn = undefined
    return false
  }
  return (await askRaw(url + path, { body: asked, leaveWhen })).body.toString()
}

test.each(CASES)('L09 %s', async (_, asked) => {
  const text = await heard(asked)
  const good =
    asked.first + asked.pieces.slice(0, asked.pieces.findLastIndex((one) => one.includes('thr')) + 1).join('')
  expect(text.slice(0, good.length)).toBe(good)
  expect(text.slice(good.length)).toContain('error')
  expect(text).not.toMatch(/never|rubbish/)
})

// Gemini says that an answer is whole by ending its bytes.
const ENDED = CASES.filter(([, { type }]) => ENDS[type] !== undefined)

test.each(ENDED)('what comes behind a whole answer is no failure of it: %s', async (_, asked) => {
  const pieces = [...asked.pieces.slice(0, 1), ...(ENDS[asked.type] ?? []), ...asked.pieces.slice(-1)]
  expect(await heard({ ...asked, pieces })).toBe(asked.first + pieces.join(''))
})
