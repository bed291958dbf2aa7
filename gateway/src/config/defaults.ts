/** What holds when nobody says anything: the lowest layer. */

import type { Layer } from './setting.ts'

const VALUES: readonly (readonly [readonly string[], unknown])[] = [
  [['server', 'host'], '127.0.0.1'],
  [['server', 'port'], 8082],
  [['server', 'allow_open_bind'], false],
  // Twice what the strictest upstream takes; pictures in base64 are the reason.
  [['server', 'body_limit'], 64 * 1024 * 1024],
  // The largest file that OpenAI and Anthropic take. Passed on while it comes, so it costs no memory.
  [['server', 'forward_limit'], 512 * 1024 * 1024],
  [['server', 'shutdown_grace'], 30],
  // Clients with a 20-second patience are the shortest-lived known.
  [['server', 'keep_alive'], 15],
  // A head is a few kilobytes; whoever needs longer holds a connection and nothing else.
  [['server', 'header_timeout'], 30],
  [['server', 'request_timeout'], 300],
  [['server', 'max_connections'], 0],
  [['log_level'], 'info'],
  [['log_summary_interval'], 100],
  [['environment'], 'development'],
  [['max_retries'], 3],
  [['alias_substrings'], true],
  [['alias_max_chain'], 10],
  [['alias_cache_ttl'], 300],
  [['alias_cache_size'], 1000],
  [['circuit_breaker', 'enabled'], true],
  [['circuit_breaker', 'failure_threshold'], 5],
  [['circuit_breaker', 'recovery_timeout'], 60],
  [['circuit_breaker', 'longest_recovery'], 300],
  [['circuit_breaker', 'error_rate'], 0.5],
  [['circuit_breaker', 'slow_call_seconds'], 0],
  [['circuit_breaker', 'slow_call_rate'], 0.8],
  [['circuit_breaker', 'minimum_volume'], 20],
  [['circuit_breaker', 'window'], 60],
  [['circuit_breaker', 'success_threshold'], 3],
  [['circuit_breaker', 'ramp_up'], 30],
  [['circuit_breaker', 'per_model'], false],
  [['health_check_interval'], 60],
  [['limits', 'concurrency'], 0],
  [['limits', 'queue_size'], 1000],
  [['limits', 'queue_timeout'], 300],
  [['limits', 'prioritization'], true],
  [['limits', 'ageing'], 30],
  [['limits', 'adaptive'], true],
  [['traces', 'size'], 1000],
  [['plugins', 'hook_timeout'], 5],
  [['thought_signatures', 'enabled'], true],
  [['thought_signatures', 'max_size'], 10_000],
  [['thought_signatures', 'ttl'], 3600],
  [['thought_signatures', 'sweep_interval'], 300],
  [['model_cache', 'enabled'], true],
  [['top_models', 'timeout'], 5],
  [['timeouts', 'connect'], 10],
  [['timeouts', 'headers'], 90],
  [['timeouts', 'first_token'], 60],
  [['timeouts', 'idle'], 60],
  [['timeouts', 'total'], 600],
]

export const DEFAULTS: Layer = VALUES.map(([path, value]) => ({ path, value, origin: { source: 'default' } }))
