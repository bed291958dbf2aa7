/** Chat completions under the laws of all dialects. A prompt's completion says less: completion.test.ts has laws of its own. */

import { dialectContract } from '../dialect.contract.ts'
import { openaiChat } from './index.ts'

dialectContract(openaiChat, {
  operations: ['chat'],
  // The spelling of a wish is kept beside its meaning, see request.test.ts.
  wishes: [],
  finishes: ['stop', 'length', 'content-filter'],
  extras: [{ 'openai-chat': { logit_bias: { '50256': -100 } } }, { 'openai-chat': { service_tier: 'auto' } }],
  lacks: {
    topK: 'there is no field for it',
    isError: 'a result that failed says so in its text, see message.test.ts',
    toolWithoutParameters: 'servers want a schema, so one is always written',
    toolResultImages: 'a result is text, and its pictures follow as the user, see message.test.ts',
    emptyResult: 'a result that says nothing is an empty text',
    textAfterCall: 'content and calls have no order between them',
    thinkingInHistory: 'thinking goes back where the provider wants it, see request.test.ts',
  },
  errorAs: {
    authentication: 'provider-authentication',
    permission: 'provider-permission',
    'not-found': 'model-not-found',
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
