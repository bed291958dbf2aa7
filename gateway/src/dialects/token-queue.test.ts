import { expect, test } from 'vitest'
import { fold, type JsonObject } from '#core'
import { ollama } from './ollama/index.ts'
import { openaiChat } from './openai-chat/index.ts'
import { gemini } from './gemini/index.ts'

const DECODE = { provider: 'acme', exchangeId: 'x1' }
const weighed = (token: string) => ({ token, logprob: -1 })
const line = (message: object, ...tokens: string[]): JsonObject => ({
  message: { role: 'assistant', ...message },
  done: false,
  ...(tokens.length === 0 ? {} : { logprobs: tokens.map(weighed) }),
})
const LAST = { message: { role: 'assistant', content: '' }, done: true, done_reason: 'stop' }

function streamed(...lines: JsonObject[]) {
  const decoder = ollama.chat.streamDecoder(DECODE)
  return owned([...lines.flatMap((each) => decoder.push({ data: JSON.stringify(each) })), ...decoder.end()])
}

function whole(body: JsonObject) {
  return owned(ollama.chat.decodeResponse({ ...LAST, ...body }, DECODE))
}

const chosen = (text: string) => ({ token: text, logProbability: -1 })

/** The tokens of each text, and behind them those of none. */
function owned(events: Parameters<typeof fold>[0]): string[][] {
  const { parts, finish } = fold(events)
  const texts = parts.flatMap((part) => (part.type === 'text' ? [part.probabilities ?? []] : []))
  return [...texts, finish.probabilities ?? []].map((list) => list.map(({ token }) => token))
}

const CALL = [{ function: { name: 'f', arguments: { a: 'Hi' } } }]

test.each<[string, string[][], string[][]]>([
  [
    'those of thinking beside the text’s own',
    whole(line({ thinking: 'Hi? Hi.', content: 'Hi you' }, 'Hi', '?', ' Hi', '.', '</t>', 'Hi', ' you')),
    [
      ['Hi', ' you'],
      ['Hi', '?', ' Hi', '.', '</t>'],
    ],
  ],
  [
    'thinking that has none',
    whole(line({ thinking: 'H', content: 'Hi you' }, 'Hi', ' you')),
    [['Hi', ' you'], []],
  ],
  [
    'those of a call behind the text',
    whole(line({ content: 'Hi', tool_calls: CALL }, 'H', 'i', '<call>', 'f', 'Hi')),
    [
      ['H', 'i'],
      ['<call>', 'f', 'Hi'],
    ],
  ],
  [
    'an answer of calls alone',
    whole(line({ content: '', tool_calls: CALL }, '<call>', 'f')),
    [['<call>', 'f']],
  ],
  ['an end mark', whole(line({ content: 'Hi' }, 'Hi', '<end>')), [['Hi', '<end>'], []]],
  ['blanks that a server cut off', whole(line({ content: 'Hi' }, ' ', ' Hi')), [[' ', ' Hi'], []]],
  [
    'letters in pieces',
    whole(line({ content: '😀!' }, '\uFFFD', '\uFFFD', '!')),
    [['\uFFFD', '\uFFFD', '!'], []],
  ],
  [
    'thinking and text, line by line',
    streamed(
      line({ thinking: 'Hm' }, 'Hm'),
      line({ content: 'Hi' }, 'Hi'),
      line({ content: '' }, '<end>'),
      line({ tool_calls: CALL }, 'f'),
      LAST,
    ),
    [
      ['Hi', '<end>'],
      ['Hm', 'f'],
    ],
  ],
  [
    'a letter that begins before its text',
    streamed(line({ content: '' }, '\uFFFD'), line({ content: '😀' }, '\uFFFD'), LAST),
    [['\uFFFD', '\uFFFD'], []],
  ],
])('pitfall 198 tokens find their text: %s', (_, got, wanted) => {
  expect(got).toEqual(wanted)
})

test('pitfall 198 tokens of several texts, each with its own', () => {
  const content = {
    parts: [{ text: 'a' }, { functionCall: { name: 'f', args: { b: 1 } } }, { text: 'ba' }],
  }
  const logprobsResult = { chosenCandidates: ['a', '{', 'b', '}', 'b', 'a'].map(chosen) }
  const answer = { candidates: [{ content, logprobsResult, finishReason: 'STOP' }] }
  expect(owned(gemini.chat.decodeResponse(answer, DECODE))).toEqual([['a'], ['b', 'a'], ['{', 'b', '}']])
})

test('pitfall 198 tokens of no text stay in the list of those who list all, and are told as lost elsewhere', () => {
  const body = { ...LAST, ...line({ thinking: 'Hm', content: 'Hi' }, 'Hm', 'Hi'), done: true }
  const response = fold(ollama.chat.decodeResponse(body, DECODE))
  const notes: string[] = []
  const context = {
    exchangeId: 'x1',
    model: 'm',
    startedAt: 0,
    request: { model: 'm', messages: [], stream: false },
    elapsedMs: () => 1,
    note: ({ field }: { field: string }) => void notes.push(field),
  }
  const tokens = [{ token: 'Hi' }, { token: 'Hm' }]
  expect(ollama.chat.encodeResponse(response, context)).toMatchObject({ logprobs: tokens })
  expect(openaiChat.chat.encodeResponse(response, context)).toMatchObject({
    choices: [{ logprobs: { content: tokens } }],
  })
  expect(gemini.chat.encodeResponse(response, context)).toMatchObject({
    candidates: [{ logprobsResult: { chosenCandidates: tokens }, avgLogprobs: -1 }],
  })
  expect(notes).toEqual([])
  const completion = { ...context, request: { ...context.request, operation: 'generate' as const } }
  expect(openaiChat.chat.encodeResponse(response, completion)).toMatchObject({
    choices: [{ logprobs: { tokens: ['Hi'], text_offset: [0] } }],
  })
  expect(notes).toEqual(['reasoning', 'logprobs'])
})
