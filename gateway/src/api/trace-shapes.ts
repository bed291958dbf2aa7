/** What is told of decisions: traces of what was done, explanations of what would be. */

import { z } from 'zod'

const notes = z.array(z.strictObject({ kind: z.string(), field: z.string(), reason: z.string().optional() }))
const needs = z.strictObject({ vision: z.boolean(), tools: z.boolean() })
const lane = z.enum(['same', 'translate'])
const removed = z.looseObject({ provider: z.string(), model: z.string() })

const Trace = z.strictObject({
  id: z.string(),
  time: z.iso.datetime(),
  dialect: z.string(),
  operation: z.string(),
  model: z.string(),
  stream: z.boolean(),
  asked: z.record(z.string(), z.string()).describe('What headers said of the way.'),
  needs,
  body_bytes: z.int(),
  max_output: z.int().optional(),
  route: z
    .strictObject({
      rule: z.string(),
      detail: z.string().optional(),
      strategy: z.string().optional(),
      fallback: z.string().optional(),
      targets: z.array(z.string()).describe('`provider:model` in the order of trying.'),
      considered: z.array(
        z.strictObject({
          provider: z.string(),
          model: z.string(),
          score: z.number().optional(),
          removed: z.string().optional(),
        }),
      ),
    })
    .optional(),
  attempts: z.array(
    z.strictObject({
      provider: z.string(),
      model: z.string(),
      key: z.string().optional().describe('Its fingerprint.'),
      lane: lane.optional(),
      status: z.int().optional(),
      error: z.string().optional(),
      sent_ms: z.number().optional(),
      ms: z.number(),
      upstream_request_id: z.string().optional(),
      notes: notes.optional(),
    }),
  ),
  events: z.array(
    z.strictObject({
      kind: z.string(),
      at_ms: z.number(),
      from: z.string().optional(),
      to: z.string().optional(),
      error: z.string().optional(),
      ms: z.number().optional(),
    }),
  ),
  waited_ms: z.number(),
  queued_ms: z.number(),
  result: z.enum(['completed', 'failed', 'cancelled']),
  status: z.int(),
  error: z
    .strictObject({
      type: z.string(),
      status: z.int(),
      code: z.string().optional(),
      message: z.string().optional(),
    })
    .optional(),
  usage: z
    .strictObject({
      tokens_in: z.int(),
      tokens_out: z.int(),
      cache_read: z.int().optional(),
      cache_write: z.int().optional(),
      reasoning: z.int().optional(),
    })
    .optional(),
  first_content_ms: z.number().optional(),
  total_ms: z.number(),
})

const Traces = z.strictObject({
  traces: z.array(Trace),
  size: z.int(),
  kept: z.int(),
  sampled_out: z.int(),
  dropped: z.int().optional(),
})

const clocks = z.strictObject({
  connect: z.number(),
  headers: z.number(),
  first_token: z.number(),
  idle: z.number(),
  total: z.number(),
})

const Explanation = z.strictObject({
  model: z.string(),
  dialect: z.string(),
  operation: z.string(),
  stream: z.boolean(),
  rule: z.string(),
  detail: z.string().optional(),
  strategy: z.string().optional(),
  by_lot: z.boolean().optional().describe('The order is another one each time.'),
  fallback: z.string().optional(),
  needs,
  estimated_tokens: z.int(),
  max_output: z.int().optional(),
  targets: z.array(
    z.strictObject({
      provider: z.string(),
      model: z.string(),
      dialect: z.string(),
      lane,
      via: z.string(),
      score: z.number().optional(),
      key: z.string().optional().describe('Its fingerprint.'),
      keys: z.int(),
      barred: z.string().optional().describe('Why it would not be asked now.'),
      barred_ms: z.number().optional(),
      refused: z.looseObject({}).optional(),
      clocks_ms: clocks,
      retries: z.int(),
      retry_policy: z.string(),
      context: z.int().optional(),
      fits: z.boolean().optional(),
      average_ms: z.number().optional(),
      cost: z.number().optional().describe('Dollars, estimated.'),
      notes,
    }),
  ),
  removed: z.array(removed),
})

/** A body of any language, or what stands for one. */
const ExplainQuestion = z
  .looseObject({
    model: z.string().optional(),
    stream: z.boolean().optional(),
    body: z.looseObject({}).optional().describe('A request as a client would send it.'),
    headers: z.record(z.string(), z.string()).optional(),
    dialect: z.string().optional().describe('The language of the body, where it cannot be guessed.'),
    operation: z.enum(['chat', 'generate', 'embed']).optional(),
  })
  .describe('A question about a body, a body itself, or just a model.')

export const TRACE_SHAPES = { Trace, Traces, Explanation, ExplainQuestion }
