/** What there is: the providers with all that may be seen of them, and whether each is well (requirements R4, R21). */

import { effective, type GatewayConfig, overlaid, type ProviderConfig, shownValue } from '#config'
import { isObject, type JsonObject, type JsonValue } from '#core'
import { effectiveDefault, type ProviderHealth } from '#pipeline'
import type { Provider } from '#providers'
import type { AbsentProvider } from '#server'
import { type Desk, look, type Router } from './desk.ts'

export function providerListRoutes(router: Router, desk: Desk): void {
  router.get('/api/providers', (c) => look(c, desk, () => Promise.resolve(listed(desk))))
  router.get('/api/providers/health', (c) => look(c, desk, () => wellness(desk)))
}

function listed(desk: Desk): JsonObject {
  const { house, types, running } = desk
  const config = running()
  const { rules, absent } = house
  const report = house.health.report().providers
  return {
    default_provider: effectiveDefault(rules.defaultProvider, house.providers)?.name ?? null,
    routing_strategy: rules.strategy ?? null,
    fallback_strategy: rules.fallback ?? null,
    load_balancing_enabled: rules.loadBalancing ?? true,
    providers: Object.fromEntries([
      ...[...house.providers.values()].map((provider) => [
        provider.name,
        { ...present(provider, config), ...fareOf(desk, provider.name, report[provider.name]) },
      ]),
      ...absent.map((one) => [one.name, absentee(one, desk)]),
    ]),
    available_types: [...types],
  }
}

function present(provider: Provider, { providers }: GatewayConfig): JsonObject {
  const { name, type, dialect, baseUrl, priority, passthrough, keys } = provider
  const hashes = keys.facts().map(({ fingerprint }) => fingerprint)
  return {
    type,
    enabled: true,
    api_format: dialect.name,
    base_url: shown(name, 'base_url', baseUrl),
    default_model: provider.defaultModel ?? null,
    priority,
    models: [...provider.models],
    timeout: provider.timeouts.headersMs / 1000,
    max_retries: provider.maxRetries,
    api_key_hash: passthrough ? 'PASSTHRU' : hashes.length === 0 ? null : hashes.join(' '),
    ...configured(providers.find((one) => one.name === name)),
  }
}

function configured(config: ProviderConfig | undefined): JsonObject {
  const { limits, settings, name = '' } = config ?? {}
  return {
    rate_limit: limits?.requestsPerMinute ?? null,
    settings: settings === undefined ? {} : shown(name, 'settings', settings),
  }
}

function shown(name: string, field: string, value: unknown): JsonValue {
  const seen = shownValue(['providers', name, field], value)
  if (!isObject(seen)) return typeof seen === 'string' ? seen : null
  // An option may be called by any name and hold anything.
  return Object.fromEntries(
    Object.keys(seen).map((key) => [key, textOf(shownValue(['settings', key], seen[key]))]),
  )
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function fareOf({ house }: Desk, name: string, health: ProviderHealth | undefined): JsonObject {
  const { pending, averageMs, lastUsed } = house.vitals.provider(name)
  return {
    status: health?.status ?? 'healthy',
    healthy: health?.healthy ?? true,
    current_load: pending,
    /** Milliseconds. */
    avg_response_time: averageMs === undefined ? null : Math.round(averageMs),
    last_used: lastUsed === undefined ? null : lastUsed / 1000,
    circuit_breaker: {
      state: health?.circuit.state ?? 'closed',
      failure_count: health?.circuit.failures ?? 0,
    },
  }
}

function absentee({ name, status, reason }: AbsentProvider, { keeper }: Desk): JsonObject {
  const told = keeper === undefined ? [] : entriesOf(keeper.state, name)
  return {
    ...Object.fromEntries(told),
    enabled: status !== 'disabled',
    status,
    healthy: false,
    ...(reason === undefined ? {} : { reason }),
  }
}

const TOLD: ReadonlySet<string> = new Set(['type', 'base_url', 'default_model', 'priority', 'api_format'])

function entriesOf(
  { sources, runtime, options }: NonNullable<Desk['keeper']>['state'],
  name: string,
): [string, JsonValue][] {
  return effective(overlaid(sources, runtime), options).entries.flatMap(
    ({ path: [room, owner, field = '', ...rest], value }): [string, JsonValue][] =>
      room === 'providers' &&
      owner === name &&
      rest.length === 0 &&
      TOLD.has(field) &&
      (typeof value === 'string' || typeof value === 'number')
        ? [[field, value]]
        : [],
  )
}

/** By name alone. Who has not been asked yet is asked now. */
async function wellness({ house, running }: Desk): Promise<JsonObject> {
  const isProbed = running().probeMs !== 0
  const before = house.health.report().providers
  const unknown = [...house.providers.values()].filter(
    ({ name, passthrough }) => !passthrough && (!isProbed || (before[name]?.lastCheck ?? null) === null),
  )
  await Promise.all(unknown.map((provider) => house.probe(provider)))
  const { providers } = house.health.report()
  return Object.fromEntries([
    ...[...house.providers.keys()].map((name) => [name, providers[name]?.healthy ?? false]),
    ...house.absent.map(({ name }) => [name, false]),
  ])
}
