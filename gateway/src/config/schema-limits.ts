/** The part of the schema that says how much may pass at a time. */

import { z } from 'zod'
import { flag, number, seconds, table } from './schema-values.ts'

const count = () => number('a whole number, 0 or more', { min: 0, max: 1_000_000_000, whole: true })

export const limitSettings = table({
  concurrency: count().optional(),
  queue_size: count().optional(),
  queue_timeout: seconds().optional(),
  prioritization: flag().optional(),
  ageing: seconds().optional(),
  adaptive: flag().optional(),
})

export const providerLimitSettings = {
  max_concurrent_requests: count().optional(),
  model_concurrency: z
    .record(
      z.string(),
      number('a whole number, 1 or more', { min: 1, max: 1_000_000, whole: true }),
      'must be a table',
    )
    .optional(),
  key_weights: z
    .array(number('a weight from 1 to 1000', { min: 1, max: 1000 }), 'must be a list of numbers')
    .optional(),
  key_quota: table({
    requests: count().optional(),
    tokens: count().optional(),
    period: seconds().optional(),
  }).optional(),
  rate_limit: count().optional(),
  token_rate_limit: count().optional(),
}
