/** What management takes and answers. */

import { z } from 'zod'
import { circuit } from './health-shapes.ts'

const time = z.number().nullable()
const secrets = z.enum(['none', 'sealed', 'plain']).describe('How they lie in the file.')

const ProviderEntry = z.strictObject({
  type: z.string().optional(),
  enabled: z.boolean(),
  status: z.string(),
  healthy: z.boolean(),
  reason: z.string().optional().describe('Why it cannot be used.'),
  api_format: z.string().optional(),
  base_url: z.string().optional(),
  default_model: z.string().nullable().optional(),
  priority: z.number().optional(),
  models: z.array(z.string()).optional(),
  timeout: z.number().optional().describe('Seconds.'),
  max_retries: z.int().optional(),
  api_key_hash: z.string().nullable().optional(),
  rate_limit: z.number().nullable().optional().describe('Requests per minute.'),
  settings: z.record(z.string(), z.unknown()).optional(),
  current_load: z.int().optional(),
  avg_response_time: time.optional().describe('Milliseconds.'),
  last_used: time.optional().describe('Seconds since 1970.'),
  circuit_breaker: circuit.optional(),
})

const ProviderList = z.strictObject({
  default_provider: z.string().nullable(),
  routing_strategy: z.string().nullable(),
  fallback_strategy: z.string().nullable(),
  load_balancing_enabled: z.boolean(),
  providers: z.record(z.string(), ProviderEntry),
  available_types: z.array(z.string()),
})

const ProviderChanged = z.strictObject({
  status: z.literal('success'),
  provider: z.string(),
  enabled: z.boolean().optional(),
  default_provider: z.string().nullable().optional(),
  persisted: z.literal(true).optional(),
  secrets: secrets.optional(),
})

const Toggle = z.strictObject({ enabled: z.boolean().optional().describe('true when left out.') })

const failures = z.array(z.looseObject({ model: z.string() }))

const ProviderTest = z.strictObject({
  status: z.literal('success'),
  provider: z.string(),
  model: z.string(),
  latency_ms: z.number(),
  failures: failures.optional(),
})

const ConfigChanged = z.strictObject({
  status: z.literal('success'),
  providers: z.array(z.string()),
  partial: z.array(z.strictObject({ name: z.string(), reason: z.string() })),
  warnings: z.array(z.string()),
  needs_restart: z.array(z.string()),
  secrets: secrets.optional(),
})

const ConfigDifference = z.strictObject({
  in_sync: z.boolean(),
  differences: z.array(
    z.strictObject({ field: z.string(), running: z.unknown().optional(), sources: z.unknown().optional() }),
  ),
})

const ProvidersFile = z.looseObject({}).describe('`config/providers.json`, secrets masked.')

const MessageQuestion = z
  .looseObject({
    message: z.string(),
    provider: z.string().optional(),
    model: z.string().optional(),
    system: z.string().optional(),
    fallback: z.boolean().optional().describe('Whether the others are asked too.'),
  })
  .describe('With anything else that an OpenAI chat may say.')

const MessageAnswer = z
  .looseObject({
    response: z.string(),
    content: z.string(),
    tokens: z.int().nullable(),
    tokens_used: z.int().nullable(),
    model: z.string(),
    provider: z.string(),
    latency_ms: z.int(),
  })
  .describe('With calls of tools and the reason of the end as OpenAI words them.')

const Aliases = z.strictObject({
  object: z.literal('list'),
  aliases: z.record(z.string(), z.record(z.string(), z.string())).describe('By provider.'),
  suggested: z.record(z.string(), z.record(z.string(), z.string())),
  total: z.int(),
})

const price = z.number().nullable()

const TopModels = z.strictObject({
  object: z.literal('top_models'),
  source: z.string(),
  last_updated: z.iso.datetime(),
  providers: z.array(z.string()),
  sub_providers: z.array(z.string()),
  models: z.array(
    z.strictObject({
      id: z.string(),
      name: z.string(),
      provider: z.string(),
      sub_provider: z.string().nullable(),
      context_window: z.int().nullable(),
      capabilities: z.array(z.string()),
      pricing: z.strictObject({
        input_per_million: price,
        output_per_million: price,
        average_per_million: price,
      }),
    }),
  ),
  suggested_aliases: z.record(z.string(), z.string()),
  meta: z.looseObject({ excluded_rules: z.array(z.string()), excluded_models: z.int() }),
})

const ModelsByProvider = z.record(z.string(), z.array(z.string()))

const ProviderModels = z.strictObject({
  provider: z.string(),
  models: z.array(z.string()),
  source: z.string(),
  updated_at: z.iso.datetime().optional(),
  stale: z.literal(true).optional(),
  error: z.string().optional(),
})

/** How management tells an error (docs/reference/errors.md). */
const Problem = z.strictObject({
  error: z.strictObject({
    type: z.string(),
    message: z.string(),
    param: z.string().optional(),
    code: z.string().optional(),
    request_id: z.string(),
    details: z.unknown().optional(),
  }),
  detail: z.string(),
})

export const MANAGEMENT_SHAPES = {
  Problem,
  ProviderEntry,
  ProviderList,
  Wellness: z.record(z.string(), z.boolean()),
  ProviderChanged,
  Toggle,
  ProviderTest,
  ConfigChanged,
  ConfigDifference,
  ProvidersFile,
  MessageQuestion,
  MessageAnswer,
  Aliases,
  TopModels,
  ModelsByProvider,
  ProviderModels,
}
