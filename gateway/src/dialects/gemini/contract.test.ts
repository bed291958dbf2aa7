/** The laws of every dialect, kept by this one. */

import { dialectContract } from '../dialect.contract.ts'
import { gemini } from './index.ts'

dialectContract(gemini, {
  traits: { jsonSchema: true, resultMedia: true },
  lacks: {
    user: 'the dialect has no such field',
    tokenBytes: 'a token is text and a number',
    streamUsage: 'streams always report usage',
    parallelToolCalls: 'parallel calls cannot be forbidden',
    strict: 'functions cannot be strict',
    schemaName: 'a schema has no name',
    midSystem: 'later instructions are said as the user, see turns.test.ts',
    thinkingInHistory: 'only signed thinking goes back, see signature.test.ts',
    cacheWrites: 'only cache reads are counted',
  },
  wishes: [
    { enabled: false },
    { enabled: true, visible: true },
    { budgetTokens: 2048 },
    { budgetTokens: 2048, visible: true },
    { visible: false },
  ],
  finishes: ['stop', 'length', 'content-filter'],
  extras: [{ cachedContent: 'cachedContents/c1' }, { safetySettings: [], labels: { team: 'a' } }].map(
    (own) => ({
      gemini: own,
    }),
  ),
  errorAs: {
    authentication: 'provider-authentication',
    permission: 'provider-permission',
    'not-found': 'model-not-found',
    'context-length': 'invalid-request',
    'content-policy': 'invalid-request',
    'method-not-allowed': 'invalid-request',
    unsupported: 'invalid-request',
    'quota-exceeded': 'rate-limited',
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
