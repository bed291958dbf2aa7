/** Variables of the systems that Sluice replaces which it knows and does nothing about, and why: whoever sets one is told. */

import type { Variables } from './environment.ts'
import { GLOBAL_VARIABLES, PROVIDER_VARIABLES, type Variable } from './variables.ts'

export interface NoEffect {
  /** For a provider's, the part after `{NAME}_`. */
  readonly name: string
  readonly reason: string
  /** A name so common that in the process environment it says nothing. */
  readonly common?: true
}

const NOT_YET = 'this version does not act on it yet'
const LIVE = 'there is no live view of running requests yet'

const GLOBAL: readonly NoEffect[] = [
  { name: 'DEBUG', reason: 'set LOG_LEVEL=debug', common: true },
  {
    name: 'LOG_REQUEST_METRICS',
    reason: 'every request is logged at level info; LOG_LEVEL=warn keeps failures only',
  },
  { name: 'VDM_ACTIVE_REQUESTS_SSE_ENABLED', reason: LIVE },
  { name: 'VDM_ACTIVE_REQUESTS_SSE_INTERVAL', reason: LIVE },
  { name: 'VDM_ACTIVE_REQUESTS_SSE_HEARTBEAT', reason: LIVE },
  {
    name: 'VDM_STRICT_PROFILE_VALIDATION',
    reason: 'there are no profiles; a bad setting always stops the start',
  },
  { name: 'CACHE_DIR', reason: NOT_YET },
  { name: 'MODELS_CACHE_ENABLED', reason: NOT_YET },
  { name: 'MODELS_CACHE_TTL_HOURS', reason: NOT_YET },
  { name: 'TOP_MODELS_SOURCE', reason: NOT_YET },
  { name: 'TOP_MODELS_RANKINGS_FILE', reason: NOT_YET },
  { name: 'TOP_MODELS_TIMEOUT_SECONDS', reason: NOT_YET },
  { name: 'TOP_MODELS_EXCLUDE', reason: NOT_YET },
  { name: 'MODELS_FILTER_PATH', reason: NOT_YET },
  { name: 'ROUTING_RULES_PATH', reason: NOT_YET },
]

const OF_PROVIDERS: readonly NoEffect[] = [
  {
    name: 'AUTH_MODE',
    reason: '{NAME}_API_KEY says it: a key, or !PASSTHRU for the caller’s; OAuth is not offered',
  },
]

/** What another table gives a meaning to is no longer without effect. */
function without(table: readonly NoEffect[], known: readonly Variable[]): readonly NoEffect[] {
  const names = new Set(known.map(({ name }) => name))
  return table.filter(({ name }) => !names.has(name))
}

export const GLOBAL_NO_EFFECT: readonly NoEffect[] = without(GLOBAL, GLOBAL_VARIABLES)
export const PROVIDER_NO_EFFECT: readonly NoEffect[] = without(OF_PROVIDERS, PROVIDER_VARIABLES)

export interface Idle {
  readonly warnings: readonly string[]
  /** Upper-case names of those that were found. */
  readonly names: ReadonlySet<string>
}

/** `prefixes`: the providers as variables spell them. */
export function withoutEffect(
  source: 'environment' | '.env',
  variables: Variables,
  prefixes: readonly string[],
): Idle {
  const wanted = [
    ...GLOBAL_NO_EFFECT.filter(({ common }) => source === '.env' || common !== true),
    ...prefixes.flatMap((prefix) =>
      PROVIDER_NO_EFFECT.map(({ name, reason }): NoEffect => ({ name: `${prefix}_${name}`, reason })),
    ),
  ]
  const found = wanted.filter(({ name }) => (variables.get(name)?.value ?? '') !== '')
  return {
    warnings: found.map(({ name, reason }) => {
      const { name: spelled = name, file = source } = variables.get(name) ?? {}
      return `${file} ${spelled}: has no effect: ${reason}`
    }),
    names: new Set(found.map(({ name }) => name)),
  }
}
