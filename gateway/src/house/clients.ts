/** Who may come in, as a configuration has it. */

import type { GatewayConfig } from '#config'
import { type Client, ModelFilter } from '#pipeline'
import type { VisitorRules } from '#server'

export function isGated({ server, clients = [] }: GatewayConfig): boolean {
  return server.proxyApiKey !== undefined || clients.length > 0
}

export function visitorRules(config: GatewayConfig): VisitorRules {
  const { host, allowedHosts = [], corsOrigins = [] } = config.server
  const loopback = host === 'localhost' || host === '::1' || host.startsWith('127.')
  return { loopback, gated: isGated(config), allowedHosts, corsOrigins }
}

/** By the hashes of their keys; undefined where none is known by name. */
export function clientsOf({ clients = [] }: GatewayConfig): ReadonlyMap<string, Client> | undefined {
  if (clients.length === 0) return undefined
  return new Map(
    clients.flatMap(({ name, keyHashes, models, providers }) => {
      const client: Client = {
        name,
        ...(models === undefined ? {} : { models: new ModelFilter(models) }),
        ...(providers === undefined ? {} : { providers: new Set(providers) }),
      }
      return keyHashes.map((hash) => [hash, client] as const)
    }),
  )
}
