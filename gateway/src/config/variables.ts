/** Every environment variable Sluice reads, and the setting each one is. */

import type { Path } from './setting.ts'

export interface Variable {
  /** The whole name, or for providers the part after `{NAME}_`. */
  readonly name: string
  readonly path: Path
  /** A blank value is refused instead of counting as unset. */
  readonly refusesBlank?: boolean
}

/** Where two mean the same setting the first one present wins. */
export const GLOBAL_VARIABLES: readonly Variable[] = [
  { name: 'HOST', path: ['server', 'host'] },
  { name: 'PORT', path: ['server', 'port'] },
  { name: 'PORTS', path: ['server', 'ports'] },
  { name: 'ALLOW_OPEN_BIND', path: ['server', 'allow_open_bind'] },
  { name: 'CORS_ORIGINS', path: ['server', 'cors_origins'] },
  { name: 'UPSTREAM_ALLOW', path: ['server', 'upstream_allow'] },
  { name: 'ALLOWED_HOSTS', path: ['server', 'allowed_hosts'] },
  // A gate key that came out blank must not leave the gate open unnoticed.
  { name: 'PROXY_API_KEY', path: ['proxy_api_key'], refusesBlank: true },
  // One that came out blank must not leave management to whoever is on the machine.
  { name: 'ADMIN_API_KEY', path: ['admin_api_key'], refusesBlank: true },
  { name: 'LOG_LEVEL', path: ['log_level'] },
  { name: 'LOG_SUMMARY_INTERVAL', path: ['log_summary_interval'] },
  { name: 'ENVIRONMENT', path: ['environment'] },
  { name: 'RELOAD', path: ['reload'] },
  { name: 'IMPLICIT_OLLAMA', path: ['implicit_ollama'] },
  { name: 'ANTHROPIC_KEY_IS_GATE', path: ['anthropic_key_is_gate'] },
  { name: 'MAX_RETRIES', path: ['max_retries'] },
  { name: 'RETRY_POLICY', path: ['retry_policy'] },
  { name: 'VDM_DEFAULT_PROVIDER', path: ['default_provider'] },
  { name: 'ROUTING_STRATEGY', path: ['routing_strategy'] },
  { name: 'ALIAS_SUBSTRINGS', path: ['alias_substrings'] },
  { name: 'ALIAS_MAX_CHAIN_LENGTH', path: ['alias_max_chain'] },
  { name: 'ALIAS_CACHE_TTL_SECONDS', path: ['alias_cache_ttl'] },
  { name: 'ALIAS_CACHE_MAX_SIZE', path: ['alias_cache_size'] },
  { name: 'STRICT_PREFIX', path: ['strict_prefix'] },
  { name: 'MODELS_FILTER_PATH', path: ['model_filter'] },
  { name: 'ROUTING_RULES_PATH', path: ['routing_rules'] },
  { name: 'CACHE_DIR', path: ['cache_dir'] },
  { name: 'MODELS_CACHE_ENABLED', path: ['model_cache', 'enabled'] },
  { name: 'MODELS_CACHE_TTL_HOURS', path: ['model_cache', 'ttl_hours'] },
  { name: 'MODELS_CACHE_WAIT_SECONDS', path: ['model_cache', 'wait'] },
  { name: 'TOP_MODELS_SOURCE', path: ['top_models', 'source'] },
  { name: 'TOP_MODELS_RANKINGS_FILE', path: ['top_models', 'rankings_file'] },
  { name: 'TOP_MODELS_TIMEOUT_SECONDS', path: ['top_models', 'timeout'] },
  { name: 'TOP_MODELS_EXCLUDE', path: ['top_models', 'exclude'] },
  { name: 'ENABLE_HEDGING', path: ['hedging'] },
  { name: 'ENABLE_SINGLE_FLIGHT', path: ['single_flight'] },
  { name: 'MID_STREAM', path: ['mid_stream'] },
  { name: 'FALLBACK_STRATEGY', path: ['fallback_strategy'] },
  { name: 'ENABLE_LOAD_BALANCING', path: ['load_balancing'] },
  { name: 'COST_LATENCY_LIMIT', path: ['cost_latency_limit'] },
  { name: 'REQUEST_TIMEOUT', path: ['timeouts', 'headers'] },
  { name: 'FIRST_TOKEN_TIMEOUT', path: ['timeouts', 'first_token'] },
  { name: 'STREAM_IDLE_TIMEOUT', path: ['timeouts', 'idle'] },
  { name: 'CONNECT_TIMEOUT', path: ['timeouts', 'connect'] },
  { name: 'TOTAL_TIMEOUT', path: ['timeouts', 'total'] },
  { name: 'STREAMING_READ_TIMEOUT_SECONDS', path: ['timeouts', 'idle'] },
  { name: 'STREAMING_CONNECT_TIMEOUT_SECONDS', path: ['timeouts', 'connect'] },
  { name: 'ENABLE_CIRCUIT_BREAKER', path: ['circuit_breaker', 'enabled'] },
  { name: 'CIRCUIT_BREAKER_FAILURE_THRESHOLD', path: ['circuit_breaker', 'failure_threshold'] },
  { name: 'CIRCUIT_BREAKER_RECOVERY_TIMEOUT', path: ['circuit_breaker', 'recovery_timeout'] },
  { name: 'HEALTH_CHECK_INTERVAL', path: ['health_check_interval'] },
  { name: 'MAX_CONCURRENT_REQUESTS', path: ['limits', 'concurrency'] },
  { name: 'MAX_QUEUE_SIZE', path: ['limits', 'queue_size'] },
  { name: 'QUEUE_TIMEOUT', path: ['limits', 'queue_timeout'] },
  { name: 'ENABLE_PRIORITIZATION', path: ['limits', 'prioritization'] },
  { name: 'MAX_TOKENS_LIMIT', path: ['token_limits', 'max'] },
  { name: 'MIN_TOKENS_LIMIT', path: ['token_limits', 'min'] },
  { name: 'TRACES_SIZE', path: ['traces', 'size'] },
  { name: 'TRACES_FILE', path: ['traces', 'file'] },
  { name: 'GEMINI_THOUGHT_SIGNATURES_ENABLED', path: ['thought_signatures', 'enabled'] },
  { name: 'THOUGHT_SIGNATURE_MAX_CACHE_SIZE', path: ['thought_signatures', 'max_size'] },
  { name: 'THOUGHT_SIGNATURE_CACHE_TTL', path: ['thought_signatures', 'ttl'] },
  { name: 'THOUGHT_SIGNATURE_CLEANUP_INTERVAL', path: ['thought_signatures', 'sweep_interval'] },
  // Names that the clouds' own tools read.
  { name: 'AWS_ACCESS_KEY_ID', path: ['aws', 'access_key_id'] },
  { name: 'AWS_SECRET_ACCESS_KEY', path: ['aws', 'secret_access_key'] },
  { name: 'AWS_SESSION_TOKEN', path: ['aws', 'session_token'] },
  { name: 'AWS_REGION', path: ['aws', 'region'] },
  { name: 'AWS_DEFAULT_REGION', path: ['aws', 'region'] },
  { name: 'AWS_PROFILE', path: ['aws', 'profile'] },
  { name: 'AWS_BEARER_TOKEN_BEDROCK', path: ['aws', 'bearer_token'] },
  { name: 'GOOGLE_CLOUD_PROJECT', path: ['vertex', 'project'] },
  { name: 'GOOGLE_CLOUD_LOCATION', path: ['vertex', 'location'] },
  { name: 'GOOGLE_APPLICATION_CREDENTIALS', path: ['vertex', 'credentials'] },
  { name: 'AZURE_TENANT_ID', path: ['azure', 'tenant_id'] },
  { name: 'AZURE_CLIENT_ID', path: ['azure', 'client_id'] },
  { name: 'AZURE_CLIENT_SECRET', path: ['azure', 'client_secret'] },
  { name: 'AZURE_FEDERATED_TOKEN_FILE', path: ['azure', 'federated_token_file'] },
  { name: 'AZURE_AUTHORITY_HOST', path: ['azure', 'authority'] },
  { name: 'IDENTITY_ENDPOINT', path: ['azure', 'identity_endpoint'] },
  { name: 'IDENTITY_HEADER', path: ['azure', 'identity_header'] },
]

export const PROVIDER_VARIABLES: readonly Variable[] = [
  { name: 'API_KEY', path: ['api_key'], refusesBlank: true },
  { name: 'BASE_URL', path: ['base_url'] },
  { name: 'API_FORMAT', path: ['api_format'] },
  { name: 'API_VERSION', path: ['api_version'] },
  { name: 'TYPE', path: ['type'] },
  { name: 'ENABLED', path: ['enabled'] },
  { name: 'PRIORITY', path: ['priority'] },
  { name: 'WEIGHT', path: ['weight'] },
  { name: 'MAX_RETRIES', path: ['max_retries'] },
  { name: 'RETRY_POLICY', path: ['retry_policy'] },
  { name: 'REQUEST_TIMEOUT', path: ['timeouts', 'headers'] },
  { name: 'TIMEOUT', path: ['timeouts', 'headers'] },
  { name: 'FIRST_TOKEN_TIMEOUT', path: ['timeouts', 'first_token'] },
  { name: 'STREAM_IDLE_TIMEOUT', path: ['timeouts', 'idle'] },
  { name: 'CONNECT_TIMEOUT', path: ['timeouts', 'connect'] },
  { name: 'TOTAL_TIMEOUT', path: ['timeouts', 'total'] },
  { name: 'DEFAULT_MODEL', path: ['default_model'] },
  { name: 'MODELS_URL', path: ['model_page'] },
  { name: 'ACCESS_KEY', path: ['aws', 'access_key_id'] },
  { name: 'ACCESS_KEY_ID', path: ['aws', 'access_key_id'] },
  { name: 'SECRET_KEY', path: ['aws', 'secret_access_key'] },
  { name: 'SECRET_ACCESS_KEY', path: ['aws', 'secret_access_key'] },
  { name: 'SESSION_TOKEN', path: ['aws', 'session_token'] },
  { name: 'REGION', path: ['aws', 'region'] },
  { name: 'PROJECT', path: ['vertex', 'project'] },
  { name: 'LOCATION', path: ['vertex', 'location'] },
  { name: 'CREDENTIALS', path: ['vertex', 'credentials'] },
  { name: 'TENANT_ID', path: ['azure', 'tenant_id'] },
  { name: 'CLIENT_ID', path: ['azure', 'client_id'] },
  { name: 'CLIENT_SECRET', path: ['azure', 'client_secret'] },
  { name: 'MANAGED_IDENTITY', path: ['azure', 'managed_identity'] },
  { name: 'MAX_CONCURRENT_REQUESTS', path: ['max_concurrent_requests'] },
  { name: 'RATE_LIMIT', path: ['rate_limit'] },
  { name: 'TOKEN_RATE_LIMIT', path: ['token_rate_limit'] },
]

/** The one provider of the older single-provider setup. */
export const SIZE_OWNER = 'openai'

/** Its size classes. */
export const SIZE_VARIABLES: readonly Variable[] = [
  { name: 'BIG_MODEL', path: ['providers', 'openai', 'models', 'big'] },
  { name: 'MIDDLE_MODEL', path: ['providers', 'openai', 'models', 'middle'] },
  { name: 'BIG_MODEL', path: ['providers', 'openai', 'models', 'middle'] },
  { name: 'SMALL_MODEL', path: ['providers', 'openai', 'models', 'small'] },
]

/** The rest of the name is a header's name, `_` for `-`; with `{NAME}_` before it, one provider's. */
export const HEADER_PREFIX = 'CUSTOM_HEADER_'

/** With `{NAME}_` before it: an alias of that provider, `_` for `-`. */
export const ALIAS_PREFIX = 'ALIAS_'

/** Makes Anthropic's key the gate's. */
export const ANTHROPIC_GATE_VARIABLE = 'ANTHROPIC_KEY_IS_GATE'

/** Names the configuration file. */
export const FILE_VARIABLE = 'SLUICE_CONFIG'
