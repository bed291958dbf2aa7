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
  { name: 'ALLOW_OPEN_BIND', path: ['server', 'allow_open_bind'] },
  // A gate key that came out blank must not leave the gate open unnoticed.
  { name: 'PROXY_API_KEY', path: ['proxy_api_key'], refusesBlank: true },
  { name: 'LOG_LEVEL', path: ['log_level'] },
  { name: 'MAX_RETRIES', path: ['max_retries'] },
  { name: 'VDM_DEFAULT_PROVIDER', path: ['default_provider'] },
  { name: 'REQUEST_TIMEOUT', path: ['timeouts', 'headers'] },
  { name: 'FIRST_TOKEN_TIMEOUT', path: ['timeouts', 'first_token'] },
  { name: 'STREAM_IDLE_TIMEOUT', path: ['timeouts', 'idle'] },
  { name: 'CONNECT_TIMEOUT', path: ['timeouts', 'connect'] },
  { name: 'TOTAL_TIMEOUT', path: ['timeouts', 'total'] },
  { name: 'STREAMING_READ_TIMEOUT_SECONDS', path: ['timeouts', 'idle'] },
  { name: 'STREAMING_CONNECT_TIMEOUT_SECONDS', path: ['timeouts', 'connect'] },
  { name: 'MAX_TOKENS_LIMIT', path: ['token_limits', 'max'] },
  { name: 'MIN_TOKENS_LIMIT', path: ['token_limits', 'min'] },
]

export const PROVIDER_VARIABLES: readonly Variable[] = [
  { name: 'API_KEY', path: ['api_key'], refusesBlank: true },
  { name: 'BASE_URL', path: ['base_url'] },
  { name: 'API_FORMAT', path: ['api_format'] },
  { name: 'API_VERSION', path: ['api_version'] },
  { name: 'TYPE', path: ['type'] },
  { name: 'ENABLED', path: ['enabled'] },
  { name: 'PRIORITY', path: ['priority'] },
  { name: 'MAX_RETRIES', path: ['max_retries'] },
  { name: 'REQUEST_TIMEOUT', path: ['timeouts', 'headers'] },
  { name: 'TIMEOUT', path: ['timeouts', 'headers'] },
  { name: 'FIRST_TOKEN_TIMEOUT', path: ['timeouts', 'first_token'] },
  { name: 'STREAM_IDLE_TIMEOUT', path: ['timeouts', 'idle'] },
  { name: 'CONNECT_TIMEOUT', path: ['timeouts', 'connect'] },
  { name: 'TOTAL_TIMEOUT', path: ['timeouts', 'total'] },
  { name: 'DEFAULT_MODEL', path: ['default_model'] },
]

/** Size classes of the one provider of the older single-provider setup. */
export const SIZE_VARIABLES: readonly Variable[] = [
  { name: 'BIG_MODEL', path: ['providers', 'openai', 'models', 'big'] },
  { name: 'MIDDLE_MODEL', path: ['providers', 'openai', 'models', 'middle'] },
  { name: 'BIG_MODEL', path: ['providers', 'openai', 'models', 'middle'] },
  { name: 'SMALL_MODEL', path: ['providers', 'openai', 'models', 'small'] },
]

/** The rest of the name is a header's name, `_` for `-`; with `{NAME}_` before it, one provider's. */
export const HEADER_PREFIX = 'CUSTOM_HEADER_'

/** Names the configuration file. */
export const FILE_VARIABLE = 'SLUICE_CONFIG'
