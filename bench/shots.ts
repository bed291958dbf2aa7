/** What is asked of whom: the same question in the words and with the headers each proxy wants. */

import type { Expectation, Shot } from './job.ts'
import { portkeyHeaders } from './portkey.ts'
import { SLUICE_PREFIX } from './sluice.ts'
import {
  ANSWER_BYTES,
  anthropicRequest,
  geminiRequest,
  DRIP_MODEL,
  MODEL,
  openAiRequest,
  responsesRequest,
  STREAM_TOKENS,
  WHOLE_TAIL,
} from './wire.ts'

const CHAT = '/v1/chat/completions'
const BEARER = { authorization: 'Bearer k' }
const ANTHROPIC = { 'x-api-key': 'k', 'anthropic-version': '2023-06-01' }

const WHOLE: Expectation = { tokens: 0, tail: WHOLE_TAIL, minBytes: ANSWER_BYTES }
/** Byte floors: 97 content events with their frames, in each language. */
const OPENAI_STREAMED: Expectation = { tokens: STREAM_TOKENS, tail: 'data: [DONE]\n\n', minBytes: 20_000 }
const ANTHROPIC_STREAMED: Expectation = { tokens: STREAM_TOKENS, tail: '"message_stop"', minBytes: 10_000 }
const RESPONSES_STREAMED: Expectation = {
  tokens: 5 * STREAM_TOKENS,
  tail: '"response.completed"',
  minBytes: 15_000,
}
const GEMINI_STREAMED: Expectation = { tokens: STREAM_TOKENS, tail: '"finishReason":"STOP"', minBytes: 8000 }
/** Slow streams never end while they are measured. */
const ENDLESS: Expectation = { tokens: 0, tail: '', minBytes: 0 }

export const SLUICE_WHOLE_BODY = openAiRequest(SLUICE_PREFIX + MODEL, { stream: false })

export function directWhole(port: number): Shot {
  return { port, path: CHAT, headers: BEARER, body: openAiRequest(MODEL, { stream: false }), expect: WHOLE }
}

export function directStream(port: number): Shot {
  const body = openAiRequest(MODEL, { stream: true })
  return { port, path: CHAT, headers: BEARER, body, expect: OPENAI_STREAMED }
}

export function nginxStream(port: number): Shot {
  return { ...directStream(port), path: `/unbuffered${CHAT}` }
}

export function portkeyWhole(port: number, upstreamPort: number): Shot {
  return { ...directWhole(port), headers: portkeyHeaders(upstreamPort) }
}

export function sluiceWhole(port: number): Shot {
  return { port, path: CHAT, headers: BEARER, body: SLUICE_WHOLE_BODY, expect: WHOLE }
}

export function sluiceWholeTranslated(port: number): Shot {
  const body = anthropicRequest(SLUICE_PREFIX + MODEL, { stream: false })
  return { port, path: '/v1/messages', headers: ANTHROPIC, body, expect: WHOLE }
}

export function sluiceStream(port: number): Shot {
  const body = openAiRequest(SLUICE_PREFIX + MODEL, { stream: true })
  return { port, path: CHAT, headers: BEARER, body, expect: OPENAI_STREAMED }
}

export function sluiceStreamTranslated(port: number): Shot {
  const body = anthropicRequest(SLUICE_PREFIX + MODEL, { stream: true })
  return { port, path: '/v1/messages', headers: ANTHROPIC, body, expect: ANTHROPIC_STREAMED }
}

/** Clients of two more languages before the same upstream. Responses tells the text four times more at its end. */
export function sluiceStreamResponses(port: number): Shot {
  const body = responsesRequest(SLUICE_PREFIX + MODEL)
  return { port, path: '/v1/responses', headers: BEARER, body, expect: RESPONSES_STREAMED }
}

export function sluiceStreamGemini(port: number): Shot {
  const path = `/v1beta/models/${SLUICE_PREFIX}${MODEL}:streamGenerateContent?alt=sse`
  return { port, path, headers: { 'x-goog-api-key': 'k' }, body: geminiRequest(), expect: GEMINI_STREAMED }
}

export function sluiceDrips(port: number): readonly Shot[] {
  const model = SLUICE_PREFIX + DRIP_MODEL
  return [
    { ...sluiceStream(port), body: openAiRequest(model, { stream: true }), expect: ENDLESS },
    { ...sluiceStreamTranslated(port), body: anthropicRequest(model, { stream: true }), expect: ENDLESS },
  ]
}
