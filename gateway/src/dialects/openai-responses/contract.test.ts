/** The Responses dialect under the laws of all dialects. */

import { dialectContract } from '../dialect.contract.ts'
import { openaiResponses } from './index.ts'

const KEEPING = { store: false, include: ['reasoning.encrypted_content'] }

dialectContract(openaiResponses, {
  wishes: [{ enabled: false }, { effort: 'low' }, { effort: 'high', visible: true }, { visible: true }],
  finishes: ['stop', 'length', 'content-filter'],
  fills: { extras: { 'openai-responses': KEEPING } },
  extras: [
    { 'openai-responses': { ...KEEPING, prompt_cache_key: 'k', metadata: { a: 'b' } } },
    { 'openai-responses': { ...KEEPING, truncation: 'auto' } },
  ],
  lacks: {
    topK: 'there is no field for it',
    frequencyPenalty: 'there is no field for it',
    presencePenalty: 'there is no field for it',
    seed: 'there is no field for it',
    stop: 'there are no stop strings',
    streamUsage: 'the counts are always on the last event',
    toolWithoutParameters: 'servers want a schema, so one is always written',
    thinkingInHistory: 'thinking goes back with the state of its issuer only',
    cachedTokens: 'always written, so that zero and unknown are one; response.test.ts has the numbers',
    reasoningTokens: 'always written, so that zero and unknown are one; response.test.ts has the numbers',
  },
  errorAs: {
    authentication: 'provider-authentication',
    permission: 'provider-permission',
    'method-not-allowed': 'invalid-request',
    unsupported: 'invalid-request',
    cancelled: 'invalid-request',
    internal: 'provider-error',
    'not-implemented': 'provider-error',
    connection: 'provider-error',
    'bad-answer': 'provider-error',
    'cut-stream': 'provider-error',
    busy: 'overloaded',
    unavailable: 'overloaded',
    deadline: 'timeout',
    loop: 'provider-error',
  },
})
