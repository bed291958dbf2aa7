/** The body of `/health` (requirements R3): 503 only when no provider is usable. */

import type { JsonObject } from '#core'
import { effectiveDefault } from '#pipeline'
import type { House } from './context.ts'

export function healthBody(house: House, strict: boolean): { status: 200 | 503; body: JsonObject } {
  const report = house.health.report()
  const providers: Record<string, JsonObject> = {}
  for (const provider of house.providers.values()) {
    const health = report.providers[provider.name]
    providers[provider.name] = {
      type: provider.type,
      api_format: provider.dialect.name,
      base_url: provider.baseUrl,
      priority: provider.priority,
      status: health?.status ?? 'unknown',
      healthy: health?.status !== 'unhealthy',
      failure_count: health?.failureCount ?? 0,
      last_success: health?.lastSuccess ?? null,
      last_failure: health?.lastFailure ?? null,
    }
  }
  return {
    status: strict && report.status === 'unhealthy' ? 503 : 200,
    body: {
      status: report.status,
      timestamp: new Date(house.clock.wall()).toISOString(),
      version: house.version,
      uptime: report.uptimeSeconds,
      default_provider: effectiveDefault(house.rules.defaultProvider, house.providers)?.name ?? null,
      providers,
      metrics: {
        active_requests: report.activeRequests,
        total_requests: report.totalRequests,
        total_errors: report.totalErrors,
      },
    },
  }
}
