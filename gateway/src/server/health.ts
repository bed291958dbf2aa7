/** The facts of the house's health as the health routes tell them (requirements R3, R20). */

import type { JsonObject } from '#core'
import { effectiveDefault, type HealthReport, type ProviderHealth } from '#pipeline'
import type { Provider } from '#providers'
import type { House } from './context.ts'

/** 503 only when no provider is usable. */
export function healthBody(house: House, strict: boolean): { status: 200 | 503; body: JsonObject } {
  const report = house.health.report()
  const suggestions = suggestionsFor(house, report)
  return {
    status: strict && report.status === 'unhealthy' ? 503 : 200,
    body: {
      status: report.status,
      timestamp: new Date(house.clock.wall()).toISOString(),
      version: house.version,
      uptime: report.uptimeSeconds,
      default_provider: effectiveDefault(house.rules.defaultProvider, house.providers)?.name ?? null,
      client_api_key_validation: house.gated,
      providers: Object.fromEntries([
        ...[...house.providers.values()].map((provider) => [provider.name, entryOf(provider, report)]),
        ...house.absent.map(({ name, status, reason }) => [
          name,
          { status, healthy: false, ...(reason === undefined ? {} : { reason }) },
        ]),
      ]),
      ...(suggestions.length === 0 ? {} : { suggestions }),
      metrics: {
        active_requests: report.activeRequests,
        total_requests: report.totalRequests,
        total_errors: report.totalErrors,
      },
    },
  }
}

/** The same, and what stands behind it; a question about details is never a failure. */
export function detailedBody(house: House): JsonObject {
  const { waiting, underWay } = house.load()
  const pools = [...house.providers.values()].map((provider) => [
    provider.name,
    {
      connected: provider.client.stats.connected,
      free: provider.client.stats.free,
      running: provider.client.stats.running,
    },
  ])
  return {
    ...healthBody(house, false).body,
    pools: Object.fromEntries(pools),
    queue: { waiting, under_way: underWay },
    middlewares: house.middlewares().map(({ name, role, initialized }) => ({
      name,
      role,
      is_initialized: initialized,
    })),
    caches: cachesBody(house),
  }
}

function cachesBody({ lists, rules }: House): JsonObject {
  const { size, most } = lists.kept
  return {
    model_lists: { size, limit: most },
    ...(rules.aliases === undefined ? {} : { aliases: { ...rules.aliases.statistics } }),
  }
}

export function providersBody(house: House): JsonObject {
  const { providers } = house.health.report()
  return Object.fromEntries([
    ...Object.entries(providers).map(([name, health]) => [name, providerBody(health)]),
    ...house.absent.map(({ name, status, reason }) => [name, absentBody(status, reason)]),
  ])
}

/** Undefined: there is none of that name. */
export function oneProviderBody(house: House, name: string): JsonObject | undefined {
  const health = house.health.report().providers[name]
  if (health !== undefined) return providerBody(health)
  const absent = house.absent.find((other) => other.name === name)
  return absent === undefined ? undefined : absentBody(absent.status, absent.reason)
}

export function absentBody(status: string, reason: string | undefined): JsonObject {
  return { healthy: false, status, ...(reason === undefined ? {} : { error: reason }) }
}

export function metricsBody(house: House): JsonObject {
  const { totalRequests, totalErrors, activeRequests, uptimeSeconds, providers, events } =
    house.health.report()
  return {
    total_requests: totalRequests,
    total_errors: totalErrors,
    error_rate: rate(totalErrors, totalRequests),
    active_requests: activeRequests,
    active_providers: Object.values(providers).filter(({ healthy }) => healthy).length,
    uptime: uptimeSeconds,
    rate_limit_hits: events.rateLimits,
    breaker_openings: events.breakerOpenings,
    failovers: events.failovers,
    retries: events.retries,
    queue_waits: events.queueWaits,
    permanent_errors: events.permanentErrors,
    transient_errors: events.transientErrors,
  }
}

function providerBody(health: ProviderHealth): JsonObject {
  return {
    healthy: health.healthy,
    status: health.status,
    response_time_ms: health.responseMs,
    last_check: health.lastCheck,
    last_success: health.lastSuccess,
    last_failure: health.lastFailure,
    circuit_breaker: circuitOf(health),
    request_count: health.requestCount,
    error_count: health.errorCount,
    error_rate: rate(health.errorCount, health.requestCount),
    ...(health.error === undefined ? {} : { error: health.error }),
    history: health.history.map(({ status, at }) => ({ status, at })),
  }
}

function entryOf(provider: Provider, { providers }: HealthReport): JsonObject {
  const { name, type, dialect, baseUrl, priority, passthrough } = provider
  const known = {
    type,
    api_format: dialect.name,
    base_url: baseUrl,
    priority,
    api_key_hash: hashesOf(provider),
  }
  const health = providers[name]
  if (health === undefined) return known
  return {
    ...known,
    ...(passthrough ? { passthrough } : {}),
    status: health.status,
    healthy: health.healthy,
    failure_count: health.failureCount,
    last_success: health.lastSuccess,
    last_failure: health.lastFailure,
    circuit_breaker: circuitOf(health),
    ...(health.error === undefined ? {} : { error: health.error }),
  }
}

export function circuitOf({ circuit }: ProviderHealth): JsonObject {
  const { state, failures, waitMs, models } = circuit
  return {
    state,
    failure_count: failures,
    ...(waitMs > 0 ? { retry_after: Math.ceil(waitMs / 1000) } : {}),
    ...(Object.keys(models).length === 0 ? {} : { models }),
  }
}

/** The only form in which a key may be shown; several stand side by side, as they do in a variable. */
function hashesOf({ passthrough, keys }: Provider): string | null {
  if (passthrough) return 'PASSTHRU'
  const hashes = keys.facts().map(({ fingerprint }) => fingerprint)
  return hashes.length === 0 ? null : hashes.join(' ')
}

function suggestionsFor(house: House, { providers }: HealthReport): string[] {
  const present = [...house.providers.values()].flatMap(({ name, baseUrl }) => {
    const advice = adviceFor(providers[name], baseUrl)
    return advice === undefined ? [] : [`${name}: ${advice}`]
  })
  const partial = house.absent.flatMap(({ name, reason }) =>
    reason === undefined ? [] : [`${name}: ${reason}`],
  )
  return [...present, ...partial]
}

function adviceFor(health: ProviderHealth | undefined, baseUrl: string): string | undefined {
  if (health === undefined || health.status === 'healthy') return undefined
  if (health.keyRefused) return 'the key is refused; check its api_key'
  if (health.status === 'circuit_open') {
    const seconds = Math.ceil(health.circuit.waitMs / 1000)
    return `failed too often and rests; the next request is let through in ${seconds} s`
  }
  return health.status === 'unhealthy'
    ? `does not answer at ${baseUrl}; check its base_url, the network, and whether it is up`
    : 'answers, but not always; see its last error'
}

function rate(part: number, all: number): number {
  return all === 0 ? 0 : part / all
}
