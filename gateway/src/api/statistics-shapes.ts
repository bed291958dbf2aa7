/** What the statistics answer. */

import { z } from 'zod'
import { circuit, history } from './health-shapes.ts'

const time = z.number().nullable()

const times = z.strictObject({
  count: z.int(),
  min_ms: time,
  max_ms: time,
  avg_ms: time,
  p50_ms: time,
  p95_ms: time,
  p99_ms: time,
})

const tally = {
  request_count: z.int(),
  success_count: z.int(),
  error_count: z.int(),
  refused_count: z.int(),
  cancelled_count: z.int(),
  success_rate: z.number(),
  error_rate: z.number(),
  errors: z.record(z.string(), z.int()).describe('By type.'),
  performance: z.enum(['excellent', 'good', 'acceptable', 'poor', 'critical']).nullable(),
  response_time: times,
  first_content_time: times,
  tokens: z.strictObject({
    input: z.int(),
    output: z.int(),
    total: z.int(),
    cache_read: z.int(),
    cache_write: z.int(),
    reasoning: z.int(),
  }),
  cost: z.strictObject({ usd: z.number(), unpriced_requests: z.int() }),
  last_used: time.describe('Seconds since 1970.'),
}

const Tally = z.strictObject(tally)

const provider = {
  ...tally,
  rate_limit_hits: z.int(),
  failovers: z.int(),
  model_usage: z.record(z.string(), Tally),
  keys: z.record(z.string(), Tally).describe('By fingerprint.'),
}

const ProviderStatistics = z.strictObject({
  provider: z.string(),
  provider_type: z.string().optional(),
  api_format: z.string().optional(),
  status: z.string().optional(),
  healthy: z.boolean().optional(),
  reason: z.string().optional(),
  ...provider,
  capabilities: z.array(z.string()).optional(),
  models_available: z.int().optional(),
  last_check: time.optional(),
  last_success: time.optional(),
  last_failure: time.optional(),
  circuit_breaker: circuit.optional(),
  health_history: history.optional(),
})

const Statistics = z.strictObject({
  uptime: z.number().describe('Seconds.'),
  ...tally,
  throughput: z.strictObject({ last_minute: z.int(), per_second: z.number() }),
  providers: z.record(z.string(), z.strictObject(provider)),
  clients: z.record(z.string(), Tally),
  active_requests: z.int(),
  queue: z.strictObject({ waiting: z.int(), under_way: z.int() }),
  events: z.strictObject({
    rate_limit_hits: z.int(),
    breaker_openings: z.int(),
    failovers: z.int(),
    retries: z.int(),
    queue_waits: z.int(),
  }),
  resources: z.strictObject({
    memory: z.strictObject({
      rss_bytes: z.int(),
      heap_used_bytes: z.int(),
      heap_total_bytes: z.int(),
      external_bytes: z.int(),
    }),
    cpu: z.strictObject({
      user_seconds: z.number(),
      system_seconds: z.number(),
      average_percent: z.number().describe('Of one core, since the process began.'),
    }),
    open_sockets: z.int(),
    upstream_sockets: z.int(),
  }),
})

const Status = z.strictObject({
  status: z.enum(['healthy', 'degraded', 'unhealthy']),
  ollama_connected: z.boolean(),
  available_models: z.array(z.string()),
  pending_actions: z.int(),
})

export const STATISTICS_SHAPES = { Tally, ProviderStatistics, Statistics, Status }
