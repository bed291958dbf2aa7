import { expect, test } from 'vitest'
import { fold, type JsonObject, unfold } from '#core'
import { client, delta, FROM, stream } from './fixture.contract.ts'
import { openaiChat } from './index.ts'

const weighed = (token: string) => ({ token, logprob: -1, bytes: null, top_logprobs: [] })
const weighing = (fields: JsonObject, logprobs: JsonObject, finish_reason: string | null = null) => ({
  choices: [{ index: 0, delta: fields, logprobs, finish_reason }],
})

test('pitfall 198 refusals have log probabilities of their own, and so has thinking in this language alone', () => {
  const response = fold(
    stream([
      weighing({ reasoning_content: 'H' }, { reasoning_content: [weighed('H')] }),
      weighing({ reasoning_content: 'm' }, { reasoning_content: [weighed('m')] }),
      weighing({ content: 'a' }, { content: [weighed('a')], refusal: null }),
      weighing({ refusal: 'No' }, { content: null, refusal: [weighed('No')] }),
      delta({}, 'stop'),
      '[DONE]',
    ]),
  )
  const whole = openaiChat.chat.encodeResponse(response, client())
  const logprobs = {
    content: [weighed('a')],
    refusal: [weighed('No')],
    reasoning_content: [weighed('H'), weighed('m')],
  }
  expect(whole).toMatchObject({ choices: [{ logprobs }] })
  expect(fold(openaiChat.chat.decodeResponse(whole, FROM))).toMatchObject({ parts: response.parts })
  expect(openaiChat.chat.encodeResponse(fold(openaiChat.chat.decodeResponse(whole, FROM)), client())).toEqual(
    whole,
  )
  const encoder = openaiChat.chat.streamEncoder(client())
  const text = unfold(response)
    .map((event) => encoder.push(event))
    .join('')
  expect(text).toContain(
    `"delta":{"content":"a"},"logprobs":${JSON.stringify({ content: [weighed('a')], refusal: null })}`,
  )
  expect(text).toContain(
    `"delta":{"refusal":"No"},"logprobs":${JSON.stringify({ content: null, refusal: [weighed('No')] })}`,
  )
  expect(text).toContain(
    `"delta":{},"logprobs":${JSON.stringify({ content: null, refusal: null, reasoning_content: [weighed('H'), weighed('m')] })}`,
  )
})

test('pitfall 198 text completions: bytes that are no letter, tokens without a number, alternatives in order', () => {
  const logprobs = {
    tokens: ['Hi', ' ', 'bytes:\\xe2\\x80', '2'],
    token_logprobs: [null, -1, -2, -3],
    top_logprobs: [null, { '2': -5, ' ': -1 }, {}, null],
    text_offset: [0, 2, 3, 4],
  }
  const choices = [{ index: 0, text: 'Hi …2', logprobs, finish_reason: 'stop' }]
  const [part] = fold(openaiChat.chat.decodeResponse({ choices }, FROM)).parts
  expect(part).toMatchObject({
    probabilities: [
      { token: ' ', logProbability: -1, alternatives: [{ token: ' ' }, { token: '2', logProbability: -5 }] },
      { token: 'bytes:\\xe2\\x80', bytes: [0xe2, 0x80], alternatives: [] },
      { token: '2', alternatives: [] },
    ],
  })
})
