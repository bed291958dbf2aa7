/** What was counted since the start, of one provider and of the whole house. */

import type { Hono } from 'hono'
import { GatewayError, type JsonObject } from '#core'
import { knownNames } from '#pipeline'
import type { Provider } from '#providers'
import type { DoorFacts, House } from './context.ts'
import { abilitiesOf } from './abilities.ts'
import { circuitOf } from './health.ts'
import { findProvider } from './provider-named.ts'
import { resources } from './resources.ts'

/** `types`: names of all provider types. */
export function statisticsRoutes(
  hono: Hono<{ Bindings: DoorFacts }>,
  house: House,
  types: readonly string[],
): void {
  hono.get('/api/stats', (c) => {
    house.adminGate.look(c.req.header())
    return c.json(houseBody(house))
  })
  hono.get('/api/providers/:name/stats', (c) => {
    house.adminGate.look(c.req.header())
    return c.json(providerBody(house, c.req.param('name').toLowerCase(), types))
  })
}

function providerBody(house: House, name: string, types: readonly string[]): JsonObject {
  const provider = findProvider(name, house)
  if (provider !== undefined) return presentBody(house, provider)
  const absent = house.absent.find((other) => other.name === name)
  if (absent !== undefined) {
    const { status, reason } = absent
    return {
      provider: name,
      status,
      healthy: false,
      ...(reason === undefined ? {} : { reason }),
      ...house.statistics.provider(name),
    }
  }
  throw types.includes(name)
    ? new GatewayError('not-found', `No provider of type "${name}" is configured.`, { param: 'name' })
    : new GatewayError(
        'invalid-request',
        `"${name}" is neither a provider (${knownNames(house.providers)}) nor a type of one.`,
        { param: 'name' },
      )
}

function presentBody(house: House, provider: Provider): JsonObject {
  const { name, type, dialect } = provider
  const health = house.health.report().providers[name]
  const { abilities, models } = abilitiesOf(provider, house)
  const about = { provider: name, provider_type: type, api_format: dialect.name }
  const counted = {
    ...house.statistics.provider(name),
    capabilities: [...abilities],
    models_available: models,
  }
  if (health === undefined) return { ...about, ...counted }
  return {
    ...about,
    status: health.status,
    healthy: health.healthy,
    ...counted,
    last_check: health.lastCheck,
    last_success: health.lastSuccess,
    last_failure: health.lastFailure,
    circuit_breaker: circuitOf(health),
    health_history: health.history.map(({ status, at }) => ({ status, at })),
  }
}

function houseBody(house: House): JsonObject {
  const { waiting, underWay } = house.load()
  const { activeRequests, events } = house.health.report()
  const sockets = [...house.providers.values()].reduce((sum, { client }) => sum + client.stats.connected, 0)
  return {
    ...house.statistics.totals(),
    active_requests: activeRequests,
    queue: { waiting, under_way: underWay },
    events: {
      rate_limit_hits: events.rateLimits,
      breaker_openings: events.breakerOpenings,
      failovers: events.failovers,
      retries: events.retries,
      queue_waits: events.queueWaits,
    },
    resources: { ...resources(), upstream_sockets: sockets },
  }
}
