/** What the health routes answer. Times are seconds since 1970 unless a name ends in `_ms`. */

import { z } from 'zod'

const status = z.enum([
  'healthy',
  'degraded',
  'unhealthy',
  'circuit_open',
  'disabled',
  'partial',
  'not_configured',
])
const time = z.number().nullable()

export const circuit = z.strictObject({
  state: z.enum(['closed', 'open', 'half-open']),
  failure_count: z.int(),
  retry_after: z.int().optional().describe('Seconds until a request is let through.'),
  models: z
    .record(z.string(), z.unknown())
    .optional()
    .describe('Circuits of single models that are not closed.'),
})

export const history = z.array(z.strictObject({ status, at: z.number() }))

const healthEntry = z.strictObject({
  type: z.string().optional(),
  api_format: z.string().optional(),
  base_url: z.string().optional(),
  priority: z.number().optional(),
  api_key_hash: z.string().nullable().optional().describe('First eight digits of the SHA-256 of each key.'),
  passthrough: z.boolean().optional(),
  status: status.optional(),
  healthy: z.boolean().optional(),
  failure_count: z.int().optional(),
  last_success: time.optional(),
  last_failure: time.optional(),
  circuit_breaker: circuit.optional(),
  error: z.string().optional(),
  reason: z.string().optional(),
})

const Health = z.strictObject({
  status: z.enum(['healthy', 'degraded', 'unhealthy']),
  timestamp: z.iso.datetime(),
  version: z.string(),
  uptime: z.number().describe('Seconds.'),
  default_provider: z.string().nullable(),
  client_api_key_validation: z.boolean(),
  providers: z.record(z.string(), healthEntry),
  suggestions: z.array(z.string()).optional(),
  metrics: z.strictObject({ active_requests: z.int(), total_requests: z.int(), total_errors: z.int() }),
})

const DetailedHealth = Health.extend({
  pools: z.record(z.string(), z.strictObject({ connected: z.int(), free: z.int(), running: z.int() })),
  queue: z.strictObject({ waiting: z.int(), under_way: z.int() }),
  middlewares: z.array(z.strictObject({ name: z.string(), role: z.string(), is_initialized: z.boolean() })),
  caches: z.strictObject({
    model_lists: z.strictObject({ size: z.int(), limit: z.int() }),
    aliases: z.strictObject({ hits: z.int(), misses: z.int(), size: z.int() }).optional(),
  }),
})

const ProviderHealth = z.strictObject({
  healthy: z.boolean(),
  status,
  response_time_ms: time.optional(),
  last_check: time.optional(),
  last_success: time.optional(),
  last_failure: time.optional(),
  circuit_breaker: circuit.optional(),
  request_count: z.int().optional(),
  error_count: z.int().optional(),
  error_rate: z.number().optional().describe('From 0 to 1.'),
  error: z.string().optional(),
  history: history.optional(),
})

const HealthMetrics = z.strictObject({
  total_requests: z.int(),
  total_errors: z.int(),
  error_rate: z.number(),
  active_requests: z.int(),
  active_providers: z.int(),
  uptime: z.number().describe('Seconds.'),
  rate_limit_hits: z.int(),
  breaker_openings: z.int(),
  failovers: z.int(),
  retries: z.int(),
  queue_waits: z.int(),
  permanent_errors: z.int(),
  transient_errors: z.int(),
})

const ConnectionTest = z.strictObject({
  status: z.enum(['success', 'failed', 'skipped']),
  provider: z.string().optional(),
  api_format: z.string().optional(),
  base_url: z.string().optional(),
  timestamp: z.iso.datetime(),
  model: z.string().optional(),
  response_id: z.string().nullable().optional(),
  response_time_ms: z.number().optional(),
  error_type: z.string().optional(),
  message: z.string().optional(),
  suggestions: z.array(z.string()).optional(),
})

export const HEALTH_SHAPES = {
  Health,
  DetailedHealth,
  ProviderHealth,
  ProvidersHealth: z.record(z.string(), ProviderHealth),
  HealthMetrics,
  ConnectionTest,
}
