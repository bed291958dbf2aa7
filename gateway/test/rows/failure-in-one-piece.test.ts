/** Row L09 where a failure comes in one piece with the text before it: how the provider's bytes were packed changes nothing of what is heard. */

import { afterEach, expect, test } from 'vitest'
import { packedMessages } from '#transport'
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
const said = (text: string) => packed(`contentBlockDelta {"contentBlockIndex":0,"delta":{"text":"${text}"}}`)
/** Bytes, one character each. */
const packed = (words: string) => packedMessages(words).toString('latin1')
const utf8 = (text: string) => Buffer.from(text).toString('latin1')
const body = { model: 'p:m', stream: true, messages: [{ role: 'user', content: 'Count.' }] }
const OVER = '{"error":{"message":"Too busy.","type":"server_error"}}'

/** How an answer is over. */
const ENDS: Readonly<Record<string, readonly string[]>> = {
  openai: [chat('{}', ',"finish_reason":"stop"'), 'data: [DONE]\n\n'],
  ollama: [line('').replace('"done":false', '"done":true,"done_reason":"stop"')],
}

interface Case {
  readonly type: string
  readonly dialect?: 'bedrock'
  readonly path: string
  readonly body: object
  readonly mime: string
  readonly first: string
  /** In one piece. Each character is a byte. */
  readonly pieces: readonly string[]
}

const OPENAI = {
  type: 'openai',
  path: '/v1/chat/completions',
  body,
  mime: 'text/event-stream',
  first: chat('{"role":"assistant","content":"One "}'),
} as const
const BEDROCK = {
  type: 'custom',
  dialect: 'bedrock',
  path: '/model/p%3Am/converse-stream',
  body: { messages: [{ role: 'user', content: [{ text: 'Count.' }] }] },
  mime: 'application/vnd.amazon.eventstream',
  first: packed('messageStart {"role":"assistant"}') + said('One '),
} as const
/** A kind of message that says nothing, and one that nobody knows. */
const MESSAGES = [said('two '), packed('laterKind {}'), said('thr\u00e9e')] as const
const SAID = [
  chat('{"content":"two "}'),
  ': a comment\n\n',
  chat(`{"content":"${utf8('thr\u00e9e')}"}`),
] as const

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
        gemini(utf8('thr\u00e9e')),
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
      pieces: [line('two '), line(utf8('thr\u00e9e')), '{"error":"Too busy."}\n'],
    },
  ],
  [
    'in binary messages',
    {
      ...BEDROCK,
      pieces: [...MESSAGES, packed('serviceUnavailableException {"message":"Too busy."}'), said('never')],
    },
  ],
  [
    'rubbish in a binary message',
    { ...BEDROCK, pieces: [...MESSAGES, packed('contentBlockDelta {"rubbish'), said('never')] },
  ],
  [
    'a damaged binary message',
    { ...BEDROCK, pieces: [...MESSAGES, said('rubbish').replace('rubbish', 'rubbisH'), said('never')] },
  ],
  [
    'a length that no message has',
    { ...BEDROCK, pieces: [...MESSAGES, `\0\0\0\x05${said('never').slice(4)}`] },
  ],
]

const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`

async function heard({ type, dialect, path, body: asked, mime, first, pieces }: Case): Promise<string> {
  let goOn: (() => void) | undefined
  const provider = await rawProvider((socket) => {
    const head = `HTTP/1.1 200 OK\r\ncontent-type: ${mime}\r\ntransfer-encoding: chunked\r\n\r\n`
    socket.write(head + chunk(first), 'latin1')
    goOn = () => void socket.write(`${chunk(pieces.join(''))}0\r\n\r\n`, 'latin1')
  })
  providers.push(provider)
  const { url } = await house.open({
    providers: [{ name: 'p', type, ...(dialect === undefined ? {} : { dialect }), baseUrl: provider.origin }],
    config: { midStream: 'error' },
  })
  const leaveWhen = (text: string): boolean => {
    if (!text.includes('One ')) return false
    goOn?.()
    goOn = undefined
    return false
  }
  return (await askRaw(url + path, { body: asked, leaveWhen })).body.toString('latin1')
}

test.each(CASES)('L09 %s', async (_, asked) => {
  const text = await heard(asked)
  const good =
    asked.first + asked.pieces.slice(0, asked.pieces.findLastIndex((one) => one.includes('thr')) + 1).join('')
  expect(text.slice(0, good.length)).toBe(good)
  expect(text.slice(good.length)).toMatch(/error|exception/i)
  expect(text).not.toMatch(/never|rubbish/i)
})

// Gemini says that an answer is whole by ending its bytes.
const ENDED = CASES.filter(([, { type }]) => ENDS[type] !== undefined)

test.each(ENDED)('what comes behind a whole answer is no failure of it: %s', async (_, asked) => {
  const pieces = [...asked.pieces.slice(0, 1), ...(ENDS[asked.type] ?? []), ...asked.pieces.slice(-1)]
  expect(await heard({ ...asked, pieces })).toBe(asked.first + pieces.join(''))
})

test('an end that comes in two halves, with line ends of two characters, is heard', async () => {
  const first = [OPENAI.first, ...(ENDS['openai'] ?? [])].join('').replaceAll('\n', '\r\n').slice(0, -1)
  expect(await heard({ ...OPENAI, first, pieces: ['\n'] })).toBe(`${first}\n`)
})
