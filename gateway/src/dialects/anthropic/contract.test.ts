/** The laws of every dialect, kept by this one. */

import { dialectContract } from '../dialect.contract.ts'
import { anthropic } from './index.ts'

dialectContract(anthropic, {
  lacks: {
    probabilities: 'answers have none',
    frequencyPenalty: 'the dialect has no such field',
    presencePenalty: 'the dialect has no such field',
    seed: 'the dialect has no such field',
    streamUsage: 'streams always report usage',
    parallelToolCalls: 'hangs on a tool choice, see tools.test.ts',
    strict: 'schemas of strict tools are lowered, see schema.test.ts',
    toolWithoutParameters: 'a tool always has a schema, see tools.test.ts',
    jsonMode: 'said as an instruction, see request-fields.test.ts',
    jsonSchema: 'schemas are lowered, see schema.test.ts',
    schemaName: 'a schema has no name',
    thinkingInHistory: 'only signed thinking goes back, see reasoning.test.ts',
  },
  wishes: [{ enabled: false }],
  finishes: ['stop', 'length', 'context-length', 'refusal', 'pause'],
  extras: [{ service_tier: 'auto' }, { container: 'c1', mcp_servers: [] }].map((own) => ({ anthropic: own })),
  traits: { midSystem: true, thinking: 'adaptive' },
  fills: { maxOutputTokens: 4096 },
  errorAs: {
    authentication: 'provider-authentication',
    permission: 'provider-permission',
    'not-found': 'model-not-found',
    'method-not-allowed': 'invalid-request',
    unsupported: 'invalid-request',
    'content-policy': 'invalid-request',
    unprocessable: 'invalid-request',
    'quota-exceeded': 'rate-limited',
    cancelled: 'provider-error',
    internal: 'provider-error',
    'not-implemented': 'provider-error',
    connection: 'provider-error',
    'bad-answer': 'provider-error',
    'cut-stream': 'provider-error',
    busy: 'overloaded',
    unavailable: 'overloaded',
    deadline: 'timeout',
    loop: 'invalid-request',
  },
})
