/** Ollama's dialect under the laws of all dialects. */

import { dialectContract } from '../dialect.contract.ts'
import { ollama } from './index.ts'

dialectContract(ollama, {
  traits: { thinkLevels: true },
  wishes: [
    { enabled: true, visible: true },
    { enabled: false },
    { effort: 'low', visible: true },
    { effort: 'high', visible: true },
  ],
  finishes: ['stop', 'length'],
  extras: [
    { ollama: { keep_alive: 0 } },
    { ollama: { keep_alive: '5m', options: { num_ctx: 8192, repeat_penalty: 1.1 } } },
  ],
  lacks: {
    user: 'there is no field for the end user',
    streamUsage: 'the counters are always on the last line',
    toolChoice: 'the model chooses',
    parallelToolCalls: 'the model decides',
    strict: 'schemas of tools are a hint to the template',
    toolWithoutParameters: 'chat templates print the schema, so one is always written',
    schemaName: '`format` is the bare schema',
    textParts: 'content is one string',
    imageUrls: 'images are bytes',
    textAfterCall: 'content and calls have no order between them',
    brokenArguments: 'arguments are an object',
    cachedTokens: 'only totals are counted',
    cacheWrites: 'only totals are counted',
    reasoningTokens: 'only totals are counted',
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
